//! The creators of a resource, and whether each had a value.
//!
//! The explanation of a missing value is read from them.
//!
//! Values follow creation, not triggers, so these are creators. As with triggers, a creator is kept as long as a resource
//! descends from it, and a chain is cut before it has twice as many links as are shown.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use async_hooks_core::Resource;

/// The number of resources that are named in an explanation.
pub(crate) const LIMIT: usize = 16;

/// Whether the local had a value at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub(crate) enum Presence {
    /// It was not read, or the moment has not come.
    Unknown,
    Present,
    Missing,
}

/// One resource, and whether the value was there at its creation and when it first ran.
#[derive(Debug)]
pub(crate) struct Origin {
    resource: Resource,
    label: Option<Arc<str>>,
    /// In its creator's scope.
    at_creation: Presence,
    /// A `Presence`; in its own scope.
    at_start: AtomicU8,
    /// It created a resource while the value was there.
    had_it_for_a_time: AtomicBool,
    creator: Creator,
    length: usize,
}

/// The creator of a resource.
#[derive(Clone, Debug)]
pub(crate) enum Creator {
    /// The resource was created outside any other.
    Root,
    Seen(Arc<Origin>),
    /// The chain was too long, and its far end was dropped.
    Cut,
}

impl Presence {
    pub(crate) fn of(is_present: bool) -> Presence {
        if is_present { Presence::Present } else { Presence::Missing }
    }

    fn from_u8(presence: u8) -> Presence {
        [Presence::Unknown, Presence::Present, Presence::Missing]
            .into_iter()
            .find(|it| *it as u8 == presence)
            .unwrap_or(Presence::Unknown)
    }
}

impl Origin {
    pub(crate) fn new(resource: Resource, label: Option<Arc<str>>, at_creation: Presence, creator: &Creator) -> Origin {
        let creator = if creator.length() + 1 < 2 * LIMIT { creator.clone() } else { creator.shortened() };
        let length = creator.length() + 1;
        let (at_start, had_it_for_a_time) = (AtomicU8::new(Presence::Unknown as u8), AtomicBool::new(false));
        Origin { resource, label, at_creation, at_start, had_it_for_a_time, creator, length }
    }

    pub(crate) fn resource(&self) -> Resource {
        self.resource
    }

    pub(crate) fn label(&self) -> Option<&Arc<str>> {
        self.label.as_ref()
    }

    pub(crate) fn creator(&self) -> &Creator {
        &self.creator
    }

    pub(crate) fn at_creation(&self) -> Presence {
        self.at_creation
    }

    pub(crate) fn at_start(&self) -> Presence {
        Presence::from_u8(self.at_start.load(Ordering::Relaxed))
    }

    /// Whether the value was ever there in its own scope.
    pub(crate) fn has_had_it(&self) -> bool {
        self.at_start() == Presence::Present || self.had_it_for_a_time.load(Ordering::Relaxed)
    }

    /// Notes whether the value is there when it first runs; false if that has been noted.
    pub(crate) fn start(&self, presence: Presence) -> bool {
        let (unknown, presence) = (Presence::Unknown as u8, presence as u8);
        self.at_start.compare_exchange(unknown, presence, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// Notes that the value was there in its scope at some time.
    pub(crate) fn note_it_had_it(&self) {
        if !self.had_it_for_a_time.load(Ordering::Relaxed) {
            self.had_it_for_a_time.store(true, Ordering::Relaxed);
        }
    }

    /// This one, its creator, the creator of that one, and so on.
    pub(crate) fn line(self: &Arc<Self>) -> impl Iterator<Item = &Arc<Origin>> {
        std::iter::successors(Some(self), |origin| origin.creator.seen())
    }
}

impl Creator {
    pub(crate) fn seen(&self) -> Option<&Arc<Origin>> {
        match self {
            Creator::Seen(origin) => Some(origin),
            Creator::Root | Creator::Cut => None,
        }
    }

    fn length(&self) -> usize {
        self.seen().map_or(0, |origin| origin.length)
    }

    /// A copy of the nearest ones, which drops the others.
    ///
    /// It is made once in `LIMIT` generations.
    fn shortened(&self) -> Creator {
        let nearest: Vec<&Arc<Origin>> = self.seen().into_iter().flat_map(Origin::line).take(LIMIT).collect();
        nearest.into_iter().rfold(Creator::Cut, |creator, origin| {
            let copy = Origin::new(origin.resource, origin.label.clone(), origin.at_creation, &creator);
            copy.at_start.store(origin.at_start() as u8, Ordering::Relaxed);
            copy.had_it_for_a_time.store(origin.had_it_for_a_time.load(Ordering::Relaxed), Ordering::Relaxed);
            Creator::Seen(Arc::new(copy))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_hooks_core::AsyncResource;

    #[test]
    fn a_chain_of_any_length_keeps_its_near_end_and_what_was_seen_there() {
        let resource = AsyncResource::new("link").resource();
        let mut creator = Creator::Root;
        for at in 0..100_000 {
            let origin = Origin::new(resource, None, Presence::of(at % 2 == 0), &creator);
            assert!(origin.start(Presence::of(at % 3 == 0)) && !origin.start(Presence::Present));
            creator = Creator::Seen(Arc::new(origin));
        }
        let line = Vec::from_iter(creator.seen().expect("the last").line());
        assert!((LIMIT..=2 * LIMIT).contains(&line.len()), "{}", line.len());
        for (back, origin) in line.iter().enumerate() {
            let at = 99_999 - back;
            assert_eq!(
                (origin.at_creation(), origin.at_start()),
                (Presence::of(at % 2 == 0), Presence::of(at % 3 == 0))
            );
        }
        assert!(matches!(line.last().map(|last| last.creator()), Some(Creator::Cut)));
    }
}
