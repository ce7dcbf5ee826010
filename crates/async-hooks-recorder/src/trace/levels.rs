//! Below which track each resource has its own.
//!
//! A track is below that of the trigger, down to 16 levels; what would be deeper is on the last level, below the same ancestor.
//! Perfetto leaves out what is nested deeper than 98 levels, without a word.

use async_hooks_core::AsyncId;

use crate::model::lifetime::Lifetime;

const LEVELS: u8 = 16;

/// The parent of each resource's track, by the places of the resources.
///
/// `None` for the process.
pub(crate) fn parents(lifetimes: &[Lifetime]) -> Vec<Option<usize>> {
    let mut placed = vec![Placed::default(); lifetimes.len()];
    (0..lifetimes.len()).for_each(|place| place_chain(lifetimes, &mut placed, place));
    placed.into_iter().map(|placed| placed.parent).collect()
}

#[derive(Clone, Copy, Default)]
struct Placed {
    /// 0 until it is known.
    level: u8,
    parent: Option<usize>,
}

/// Places a resource after its triggers.
///
/// A chain that goes in a circle is cut where that is noticed.
fn place_chain(lifetimes: &[Lifetime], placed: &mut [Placed], place: usize) {
    let mut chain = vec![place];
    let mut above = None;
    while let Some(trigger) = chain.last().and_then(|last| place_of(lifetimes, lifetimes[*last].trigger)) {
        if placed[trigger].level > 0 || chain.len() > lifetimes.len() {
            above = Some(trigger);
            break;
        }
        chain.push(trigger);
        if placed[place].level > 0 {
            return;
        }
    }
    for place in chain.into_iter().rev() {
        if placed[place].level == 0 {
            placed[place] = below(above, placed);
        }
        above = Some(place);
    }
}

fn below(trigger: Option<usize>, placed: &[Placed]) -> Placed {
    match trigger.map(|trigger| (trigger, placed[trigger])) {
        None => Placed { level: 1, parent: None },
        Some((_, of_trigger)) if of_trigger.level >= LEVELS => of_trigger,
        Some((trigger, of_trigger)) => Placed { level: of_trigger.level + 1, parent: Some(trigger) },
    }
}

/// Where the lifetime with this id is.
pub(crate) fn place_of(lifetimes: &[Lifetime], id: Option<AsyncId>) -> Option<usize> {
    let id = id?;
    lifetimes.binary_search_by_key(&id, Lifetime::async_id).ok()
}
