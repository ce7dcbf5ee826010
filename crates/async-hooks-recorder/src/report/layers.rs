//! Places the sites of the causal graph: each in a layer behind what triggered it.

use crate::report::sites::{Origin, Sites};

/// The sites that are drawn, and where.
pub(crate) struct Layers {
    /// Each with its place among all sites, its layer, and its position within that.
    pub(crate) nodes: Vec<Node>,
    pub(crate) layers: usize,
    /// The number of nodes in the fullest layer.
    pub(crate) fullest: usize,
}

pub(crate) struct Node {
    pub(crate) site: usize,
    pub(crate) layer: usize,
    pub(crate) position: usize,
    /// The number of nodes in its layer.
    pub(crate) of: usize,
}

/// Layers behind the last one are drawn in it.
const LAYERS: usize = 7;

impl Layers {
    /// Places these sites, the most important first.
    pub(crate) fn of(sites: &Sites<'_>, shown: &[usize]) -> Layers {
        let layer = Vec::from_iter(shown.iter().map(|site| depth(sites, shown, *site)));
        let mut counts = [0; LAYERS];
        let mut nodes = Vec::new();
        for (site, layer) in shown.iter().zip(layer) {
            nodes.push(Node { site: *site, layer, position: counts[layer], of: 0 });
            counts[layer] += 1;
        }
        nodes.iter_mut().for_each(|node| node.of = counts[node.layer]);
        let layers = counts.iter().rposition(|count| *count > 0).map_or(0, |last| last + 1);
        Layers { nodes, layers, fullest: counts.into_iter().max().unwrap_or(0) }
    }
}

/// The number of shown sites in the chain of main triggers of this one.
///
/// It ends where the chain becomes a circle.
fn depth(sites: &Sites<'_>, shown: &[usize], site: usize) -> usize {
    let mut chain = vec![site];
    while let Some(trigger) = chain.last().and_then(|site| main_trigger(sites, *site)) {
        if chain.contains(&trigger) || chain.len() > 4 * LAYERS {
            break;
        }
        chain.push(trigger);
    }
    let behind = chain.iter().skip(1).filter(|site| shown.contains(site)).count();
    behind.min(LAYERS - 1)
}

fn main_trigger(sites: &Sites<'_>, site: usize) -> Option<usize> {
    let triggers = sites.all.get(site)?.triggers.iter().filter_map(|(origin, count)| match origin {
        Origin::Site(trigger) if *trigger != site => Some((*count, *trigger)),
        _ => None,
    });
    triggers.max().map(|(_, trigger)| trigger)
}
