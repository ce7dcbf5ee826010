//! Draws lifetimes as a tree: each below its trigger.

use std::fmt;

use crate::model::lifetime::Lifetime;
use crate::replay::named::Named;

/// Deeper levels are drawn like this one, so that a long chain takes little room.
const MAX_DEPTH: usize = 32;

/// Writes the lines of nodes that come depth first, each with its depth.
///
/// `note` adds to a line.
pub(crate) fn write_tree(
    f: &mut fmt::Formatter<'_>,
    nodes: &[(usize, &Lifetime)],
    note: impl Fn(&Lifetime) -> String,
) -> fmt::Result {
    let lasts = lasts(nodes);
    let mut open = Vec::<bool>::new();
    for ((depth, life), is_last) in nodes.iter().zip(lasts) {
        let depth = (*depth).min(MAX_DEPTH);
        open.resize(depth, true);
        if let Some((_, above)) = open.split_last() {
            for is_open in above {
                f.write_str(if *is_open { "│  " } else { "   " })?;
            }
            f.write_str(if is_last { "└─ " } else { "├─ " })?;
        }
        if let Some(own) = open.last_mut() {
            *own = !is_last;
        }
        writeln!(f, "{}{}", Named::of(life), note(life))?;
    }
    Ok(())
}

/// Whether each node is the last one below its parent.
fn lasts(nodes: &[(usize, &Lifetime)]) -> Vec<bool> {
    let mut has_next = [false; MAX_DEPTH + 1];
    let mut lasts = Vec::from_iter(nodes.iter().rev().map(|(depth, _)| {
        let depth = (*depth).min(MAX_DEPTH);
        has_next[depth + 1..].fill(false);
        !std::mem::replace(&mut has_next[depth], true)
    }));
    lasts.reverse();
    lasts
}
