//! Lanes: resources of one kind that never live at the same time share a track.
//!
//! Perfetto nests the slices of a track, so a lane is free again only after the moment at which its last resource has ended.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use crate::time::timestamp::Timestamp;

/// The lanes of one kind.
#[derive(Default)]
struct Lanes {
    /// When each lane in use becomes free, the first one on top.
    busy: BinaryHeap<Reverse<(Timestamp, usize)>>,
    free: BinaryHeap<Reverse<usize>>,
    len: usize,
}

impl Lanes {
    /// Returns the lowest lane that is free at the beginning.
    ///
    /// A life without an end keeps it for ever.
    fn take(&mut self, begin: Timestamp, end: Option<Timestamp>) -> usize {
        while let Some(Reverse((_, lane))) = self.busy.peek().copied().filter(|Reverse((until, _))| *until < begin) {
            self.busy.pop();
            self.free.push(Reverse(lane));
        }
        let lane = self.free.pop().map_or(self.len, |Reverse(lane)| lane);
        self.len = self.len.max(lane + 1);
        self.busy.extend(end.map(|end| Reverse((end, lane))));
        lane
    }
}

/// Where a resource begins and ends, and of which kind it is.
#[derive(Clone, Copy)]
pub(crate) struct Life<'a> {
    pub(crate) kind: &'a str,
    pub(crate) begin: Timestamp,
    pub(crate) end: Option<Timestamp>,
}

/// The lane of each resource, within those of its kind.
pub(crate) fn lanes(lives: &[Life<'_>]) -> Vec<usize> {
    let mut order = Vec::from_iter(0..lives.len());
    order.sort_by_key(|place| lives[*place].begin);
    let (mut kinds, mut lanes) = (BTreeMap::<&str, Lanes>::new(), vec![0; lives.len()]);
    for place in order {
        let Life { kind, begin, end } = lives[place];
        lanes[place] = kinds.entry(kind).or_default().take(begin, end);
    }
    lanes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn life(kind: &str, begin: u64, end: Option<u64>) -> Life<'_> {
        let time = Timestamp::from_unix_nanos;
        Life { kind, begin: time(begin), end: end.map(time) }
    }

    #[test]
    fn a_lane_is_used_again_after_its_resource_has_ended() {
        let lives = [life("a", 1, Some(3)), life("a", 2, Some(9)), life("a", 4, Some(5)), life("a", 9, None)];
        assert_eq!(lanes(&lives), [0, 1, 0, 0]);
    }

    #[test]
    fn a_resource_that_begins_when_another_ends_has_a_lane_of_its_own() {
        assert_eq!(lanes(&[life("a", 1, Some(3)), life("a", 3, Some(4))]), [0, 1]);
    }

    #[test]
    fn a_life_without_an_end_keeps_its_lane_and_kinds_share_none() {
        let lives = [life("a", 1, None), life("a", 100, Some(200)), life("b", 300, Some(400))];
        assert_eq!(lanes(&lives), [0, 1, 0]);
    }

    proptest! {
        #[test]
        fn lives_on_one_lane_never_touch_and_there_is_no_lane_too_many(
            times in prop::collection::vec((0_u64..200, prop::option::of(0_u64..40)), 0..60)
        ) {
            let lives: Vec<_> =
                times.iter().map(|(begin, length)| life("a", *begin, length.map(|length| begin + length))).collect();
            let lanes = lanes(&lives);
            let touch = |one: &Life<'_>, other: &Life<'_>| {
                one.end.is_none_or(|end| end >= other.begin) && other.end.is_none_or(|end| end >= one.begin)
            };
            for (place, one) in lives.iter().enumerate() {
                for (other_place, other) in lives.iter().enumerate().skip(place + 1) {
                    prop_assert!(lanes[place] != lanes[other_place] || !touch(one, other));
                }
            }
            let is_alive_at = |life: &Life<'_>, time| touch(life, &Life { begin: time, end: Some(time), ..*life });
            let alive_at = |time| lives.iter().filter(|life| is_alive_at(life, time)).count();
            let most = lives.iter().map(|life| alive_at(life.begin)).max().unwrap_or(0);
            prop_assert_eq!(lanes.iter().max().map_or(0, |lane| lane + 1), most);
        }
    }
}
