//! The causal graph: bubbles are spawn sites, sized by delay; arrows are triggers.

use maud::{Markup, html};

use async_hooks_tools::Escaped;

use crate::report::amount::{Count, Time};
use crate::report::drawing::Coordinate;
use crate::report::layers::{Layers, Node};
use crate::report::palette::{KindColours, short_place};
use crate::report::sites::{Origin, SiteSums, Sites};

/// The number of sites that are drawn.
const SHOWN: usize = 30;
/// The room of a bubble.
const ROW: f64 = 96.0;
const COLUMN: f64 = 200.0;
const LARGEST: f64 = 34.0;

struct Bubble<'a> {
    sums: &'a SiteSums<'a>,
    site: usize,
    x: f64,
    y: f64,
    radius: f64,
}

/// Each spawn site behind what triggers it.
pub(crate) fn graph(sites: &Sites<'_>, palette: &KindColours<'_>) -> Markup {
    let order = sites.by_delay();
    let shown = &order[..order.len().min(SHOWN)];
    let layers = Layers::of(sites, shown);
    let bubbles = Vec::from_iter(layers.nodes.iter().filter_map(|node| Bubble::of(sites, &layers, node)));
    let (width, height) = (COLUMN * layers.layers.max(1) as f64, ROW * layers.fullest.max(1) as f64);
    html! {
        p { "A larger bubble has more delay in all. An arrow leads from a site to the one that its resources caused; a thicker one, more often." }
        div.scroll { svg.graph width=(width) height=(height) viewBox={ "0 0 " (width) " " (height) } role="img" aria-label="Causal graph; the table of spawn sites has the same" {
            defs { marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto" { path d="M0 0L8 4L0 8z" {} } }
            @for to in &bubbles { @for (from, count) in causes(&bubbles, to) { (arrow(from, to, count)) } }
            @for bubble in &bubbles { (bubble.drawn(palette)) }
        } }
        @if order.len() > SHOWN { p.more { "and " (Count::of(order.len() - SHOWN)) " sites with less delay" } }
    }
}

/// The bubbles that trigger this one, and how often.
fn causes<'a>(bubbles: &'a [Bubble<'a>], to: &Bubble<'_>) -> Vec<(&'a Bubble<'a>, usize)> {
    let count = |from: &Bubble<'_>| to.sums.triggers.get(&Origin::Site(from.site)).copied();
    let causes = bubbles.iter().filter(|from| from.site != to.site);
    causes.filter_map(|from| Some((from, count(from)?))).collect()
}

impl<'a> Bubble<'a> {
    fn of(sites: &'a Sites<'a>, layers: &Layers, node: &Node) -> Option<Bubble<'a>> {
        let sums = sites.all.get(node.site)?;
        let most = layers.nodes.iter().filter_map(|node| sites.all.get(node.site)).map(SiteSums::delay).max()?;
        let part = sums.delay().as_secs_f64() / most.as_secs_f64().max(f64::MIN_POSITIVE);
        let height = ROW * layers.fullest as f64;
        Some(Bubble {
            sums,
            site: node.site,
            x: COLUMN * (node.layer as f64 + 0.5),
            y: height * (node.position as f64 + 0.5) / node.of.max(1) as f64 - 10.0,
            radius: 5.0 + (LARGEST - 5.0) * part.min(1.0).sqrt(),
        })
    }

    fn drawn(&self, palette: &KindColours<'_>) -> Markup {
        let (x, y) = (Coordinate(self.x), Coordinate(self.y));
        let below = Coordinate(self.y + self.radius + 13.0);
        let further = Coordinate(self.y + self.radius + 26.0);
        let delay = Time(self.sums.delay());
        html! {
            g data-q data-t={ (Escaped(&self.sums.site.kind)) ": " (Count::of(self.sums.count)) " resources, " (delay) " delay, " (Time(self.sums.busy)) " busy" } {
                circle class=(palette.class(&self.sums.site.kind)) cx=(x) cy=(y) r=(Coordinate(self.radius)) {}
                text x=(x) y=(below) { (cut(&Escaped(&self.sums.site.kind).to_string())) " " (delay) }
                text.place x=(x) y=(further) { (cut(&short_place(self.sums.site))) }
            }
        }
    }
}

/// A text that fits under a bubble.
fn cut(text: &str) -> String {
    match text.char_indices().rev().nth(25) {
        Some((at, _)) => format!("…{}", &text[at..]),
        None => text.to_owned(),
    }
}

fn arrow(from: &Bubble<'_>, to: &Bubble<'_>, count: usize) -> Markup {
    let (start, end) = (from.x + from.radius, to.x - to.radius - 2.0);
    let (y, bend) = (from.y, 40.0_f64.max((end - start).abs() / 2.0));
    let (left, right) = (Coordinate(start + bend), Coordinate(end - bend));
    let (start, end, y, to_y) = (Coordinate(start), Coordinate(end), Coordinate(y), Coordinate(to.y));
    html! {
        path.arrow d={ "M" (start) " " (y) "C" (left) " " (y) " " (right) " " (to_y) " " (end) " " (to_y) }
            stroke-width=(Coordinate(1.0 + (count as f64).log10())) marker-end="url(#arrow)"
            data-t={ (Count::of(count)) " times" } {}
    }
}
