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

/// In place of a level: the resource is in the chain that is being placed.
const IN_CHAIN: u8 = u8::MAX;

/// Places a resource after its triggers.
///
/// A chain that goes in a circle is cut where that is noticed.
fn place_chain(lifetimes: &[Lifetime], placed: &mut [Placed], place: usize) {
    let mut chain = Vec::new();
    let mut next = Some(place);
    while let Some(place) = next.filter(|place| placed[*place].level == 0) {
        placed[place].level = IN_CHAIN;
        chain.push(place);
        next = place_of(lifetimes, lifetimes[place].trigger);
    }
    let mut above = next.filter(|place| placed[*place].level != IN_CHAIN);
    for place in chain.into_iter().rev() {
        placed[place] = below(above, placed);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::assembler::nameless;
    use crate::model::site::Site;
    use std::sync::Arc;

    fn triggered(triggers: &[u64]) -> Vec<Lifetime> {
        let site = Arc::new(Site::unknown());
        let life = |(id, trigger): (u64, &u64)| Lifetime {
            trigger: AsyncId::from_u64(*trigger),
            ..nameless(AsyncId::from_u64(id).unwrap(), &site)
        };
        (1..).zip(triggers).map(life).collect()
    }

    #[test]
    fn a_track_is_below_that_of_its_trigger_down_to_sixteen_levels() {
        let parents = parents(&triggered(&Vec::from_iter(0..40)));
        let expected = |place: usize| place.min(15).checked_sub(1);
        assert_eq!(parents, Vec::from_iter((0..40).map(expected)));
    }

    #[test]
    fn triggers_that_are_unknown_or_go_in_a_circle_are_none() {
        assert_eq!(parents(&triggered(&[7, 1])), [None, Some(0)]);
        assert_eq!(parents(&triggered(&[1])), [None]);
        assert_eq!(parents(&triggered(&[2, 3, 1, 2])), [Some(1), Some(2), None, Some(1)]);
    }
}
