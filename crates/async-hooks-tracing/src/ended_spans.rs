//! Which spans have ended, in a table that all threads read.
//!
//! ```text
//!   a span is remembered    the thread reads what stands in the table at the place of its resource
//!   a span ends             writes the number of its resource there
//!   a span is entered       what was read still stands there: it has not ended
//!                           anything else does: it, or another of its place, has ended; ask the registry
//! ```
//!
//! Numbers are never used again and each is written once, so what was read can not come back once the resource's own number
//! was written over it. Relaxed is enough. Who remembers a resource has it at hand, so the reading comes before its end; and
//! a new span of the same id is made after the end, so its first entering, on whichever thread, sees the writing or a later
//! one.

use std::sync::atomic::{AtomicU64, Ordering};

use async_hooks_core::AsyncId;

/// The number of the last resource that has ended, for each place.
///
/// What shares a place with others is looked up more often.
pub(crate) struct EndedSpans<W, const PLACES: usize>([W; PLACES]);

/// An atomic word, or one of a model that explores what a processor may reorder.
pub(crate) trait Word {
    fn load(&self, order: Ordering) -> u64;
    fn store(&self, value: u64, order: Ordering);
}

impl<const PLACES: usize> EndedSpans<AtomicU64, PLACES> {
    pub(crate) const fn new() -> Self {
        EndedSpans([const { AtomicU64::new(0) }; PLACES])
    }
}

impl<W: Word, const PLACES: usize> EndedSpans<W, PLACES> {
    /// What stands at the place of the resource: the same number until it ends.
    #[inline]
    pub(crate) fn last(&self, resource: AsyncId) -> u64 {
        self.place(resource).load(Ordering::Relaxed)
    }

    #[inline]
    pub(crate) fn end(&self, resource: AsyncId) {
        self.place(resource).store(resource.as_u64(), Ordering::Relaxed);
    }

    #[inline]
    fn place(&self, resource: AsyncId) -> &W {
        &self.0[resource.as_u64() as usize % PLACES]
    }
}

impl Word for AtomicU64 {
    #[inline]
    fn load(&self, order: Ordering) -> u64 {
        AtomicU64::load(self, order)
    }

    #[inline]
    fn store(&self, value: u64, order: Ordering) {
        AtomicU64::store(self, value, order);
    }
}

#[cfg(all(test, async_hooks_model))]
mod model;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_seen_at_the_place_of_any_resource_and_at_no_other() {
        let ended = EndedSpans::<AtomicU64, 4>::new();
        for number in [1, 7, u64::MAX - 1, u64::MAX] {
            let (resource, neighbour) = (id(number), id(number ^ 2));
            let (own, other) = (ended.last(resource), ended.last(neighbour));
            ended.end(resource);
            assert_eq!((ended.last(resource), ended.last(neighbour)), (number, other));
            assert_ne!(ended.last(resource), own);
        }
    }

    fn id(number: u64) -> AsyncId {
        AsyncId::from_u64(number).unwrap_or(AsyncId::ROOT)
    }
}
