//! The triggers of resources, kept as long as a resource descends from them.
//!
//! A resource that triggers others gets one link, which all of them share: a copy of its description, and the link of its own
//! trigger. So a report can name the request behind a task after the request was destroyed. Most resources trigger no other,
//! and cost nothing.
//!
//! ```text
//!   connection ◀── request ◀─┬─ task        each arrow is an `Arc<Link>` that the descendant holds
//!                            └─ task
//! ```
//!
//! A chain is cut before it has twice as many links as a report shows: otherwise a program in which each task spawns the next
//! and ends would keep all of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_hooks_core::Resource;

use crate::alive::clock::Moment;

/// The number of triggers of a resource that a report names; it says if there are more.
pub(crate) const LIMIT: usize = 32;

/// A resource that has triggered others.
#[derive(Debug)]
pub(crate) struct Link {
    resource: Resource,
    trigger: Trigger,
    /// The number of links from here to the end of the chain; below `2 * LIMIT`.
    length: usize,
    /// When it was destroyed, in ticks; 0 while it lives, and always if its end is not observed.
    ended: AtomicU64,
}

/// What is known of the trigger of a resource.
#[derive(Clone, Debug, Default)]
pub(crate) enum Trigger {
    /// The root, or a resource that was created before the table was kept.
    ///
    /// The resource itself knows the id.
    #[default]
    Unseen,
    /// A resource that was observed.
    Seen(Arc<Link>),
    /// The chain was too long, and its far end was dropped.
    Cut,
}

impl Link {
    pub(crate) fn new(resource: Resource, trigger: &Trigger) -> Arc<Link> {
        let trigger = if trigger.length() + 1 < 2 * LIMIT { trigger.clone() } else { trigger.shortened() };
        let length = trigger.length() + 1;
        Arc::new(Link { resource, trigger, length, ended: AtomicU64::new(0) })
    }

    pub(crate) fn resource(&self) -> Resource {
        self.resource
    }

    pub(crate) fn end(&self, now: Moment) {
        self.ended.store(now.ticks().max(1), Ordering::Relaxed);
    }

    /// When it was destroyed; `None` while it lives, as far as is known.
    pub(crate) fn ended(&self) -> Option<Moment> {
        match self.ended.load(Ordering::Relaxed) {
            0 => None,
            ticks => Some(Moment::from_ticks(ticks)),
        }
    }
}

impl Trigger {
    /// The links of the chain, nearest first.
    pub(crate) fn links(&self) -> impl Iterator<Item = &Arc<Link>> {
        std::iter::successors(self.link(), |link| link.trigger.link())
    }

    pub(crate) fn link(&self) -> Option<&Arc<Link>> {
        match self {
            Trigger::Seen(link) => Some(link),
            Trigger::Unseen | Trigger::Cut => None,
        }
    }

    /// Whether links were dropped from the far end.
    pub(crate) fn is_cut(&self) -> bool {
        let last = self.links().last().map_or(self, |last| &last.trigger);
        matches!(last, Trigger::Cut)
    }

    fn length(&self) -> usize {
        self.link().map_or(0, |link| link.length)
    }

    /// A copy of the nearest links, which drops the others.
    ///
    /// It is made once in `LIMIT` generations.
    fn shortened(&self) -> Trigger {
        let nearest: Vec<&Arc<Link>> = self.links().take(LIMIT).collect();
        nearest.into_iter().rfold(Trigger::Cut, |trigger, link| {
            let copy = Link::new(link.resource, &trigger);
            copy.ended.store(link.ended.load(Ordering::Relaxed), Ordering::Relaxed);
            Trigger::Seen(copy)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_hooks_core::AsyncResource;

    fn chain_of(length: usize) -> Trigger {
        let resource = AsyncResource::new("link").resource();
        (0..length).fold(Trigger::Unseen, |trigger, _| Trigger::Seen(Link::new(resource, &trigger)))
    }

    #[test]
    fn a_chain_of_any_length_keeps_its_near_end_and_is_dropped_without_deep_recursion() {
        for length in [0, 1, LIMIT, 2 * LIMIT - 1] {
            let chain = chain_of(length);
            assert_eq!((chain.links().count(), chain.is_cut()), (length, false));
        }
        for length in [2 * LIMIT, 2 * LIMIT + 1, 1_000_000] {
            let chain = chain_of(length);
            assert!((LIMIT..2 * LIMIT).contains(&chain.links().count()) && chain.is_cut(), "{length}");
        }
    }

    #[test]
    fn a_chain_that_was_cut_has_the_length_of_what_is_left() {
        let chain = chain_of(2 * LIMIT);
        assert_eq!(chain.length(), chain.links().count());
    }
}
