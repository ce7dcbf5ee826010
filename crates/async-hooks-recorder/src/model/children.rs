//! Which resources another one triggered.

use std::sync::OnceLock;

use async_hooks_core::AsyncId;

use crate::model::lifetime::Lifetime;
use crate::time::timestamp::Timestamp;

/// The places of all lifetimes, sorted by trigger, start and id; made when it is first asked.
#[derive(Default, Debug)]
pub(crate) struct Children(OnceLock<Vec<u32>>);

impl Children {
    /// The places of the resources that `trigger` caused, in the order of their starts.
    pub(crate) fn of<'a>(&'a self, lifetimes: &'a [Lifetime], trigger: Option<AsyncId>) -> &'a [u32] {
        let sorted = self.0.get_or_init(|| sorted(lifetimes));
        let trigger_at = |place: &u32| lifetimes.get(*place as usize).and_then(|life| life.trigger);
        let from = sorted.partition_point(|place| trigger_at(place) < trigger);
        let to = from + sorted[from..].partition_point(|place| trigger_at(place) == trigger);
        &sorted[from..to]
    }
}

fn sorted(lifetimes: &[Lifetime]) -> Vec<u32> {
    let mut places = Vec::from_iter(0..u32::try_from(lifetimes.len()).unwrap_or(u32::MAX));
    places.sort_unstable_by_key(|place| {
        let life = &lifetimes[*place as usize];
        (life.trigger, life.start.unwrap_or(Timestamp::MIN), life.async_id)
    });
    places
}

/// What is made from a recording is no part of it.
impl PartialEq for Children {
    fn eq(&self, _: &Children) -> bool {
        true
    }
}
