//! Who created whom, and whether a value came along: what the explanation of a lost context is read from.
//!
//! Values follow creation, not triggers, so these are creators. As with triggers, a creator is kept for as long as somebody
//! descends from it, and a chain is cut before it has twice as many links as are shown.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use async_hooks_core::Resource;
use serde::Serialize;

/// How many creators an explanation names.
pub(crate) const LIMIT: usize = 16;

/// Whether there was a value at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub(crate) enum Sight {
    /// Nobody looked, or the moment has not come.
    Unknown,
    Present,
    Missing,
}

/// One resource, with what was seen of the value at its creation and when it first ran.
#[derive(Debug)]
pub(crate) struct Origin {
    resource: Resource,
    /// In its creator's scope.
    at_creation: Sight,
    /// A `Sight`; in its own scope.
    at_start: AtomicU8,
    /// Something was created in its scope while the value was there.
    had_it_for_a_time: AtomicBool,
    creator: Creator,
    length: usize,
}

/// Who created a resource.
#[derive(Clone, Debug)]
pub(crate) enum Creator {
    /// Nobody: it was created outside any resource.
    Root,
    Seen(Arc<Origin>),
    /// Somebody we have forgotten, since the chain was too long.
    Cut,
}

impl Sight {
    pub(crate) fn of(is_present: bool) -> Sight {
        if is_present { Sight::Present } else { Sight::Missing }
    }

    fn from_u8(sight: u8) -> Sight {
        [Sight::Unknown, Sight::Present, Sight::Missing]
            .into_iter()
            .find(|it| *it as u8 == sight)
            .unwrap_or(Sight::Unknown)
    }
}

impl Origin {
    pub(crate) fn new(resource: Resource, at_creation: Sight, creator: &Creator) -> Origin {
        let creator = if creator.length() + 1 < 2 * LIMIT { creator.clone() } else { creator.shortened() };
        let length = creator.length() + 1;
        let (at_start, had_it_for_a_time) = (AtomicU8::new(Sight::Unknown as u8), AtomicBool::new(false));
        Origin { resource, at_creation, at_start, had_it_for_a_time, creator, length }
    }

    pub(crate) fn resource(&self) -> Resource {
        self.resource
    }

    pub(crate) fn creator(&self) -> &Creator {
        &self.creator
    }

    pub(crate) fn at_creation(&self) -> Sight {
        self.at_creation
    }

    pub(crate) fn at_start(&self) -> Sight {
        Sight::from_u8(self.at_start.load(Ordering::Relaxed))
    }

    /// Whether it was ever seen with the value in its own scope.
    pub(crate) fn has_had_it(&self) -> bool {
        self.at_start() == Sight::Present || self.had_it_for_a_time.load(Ordering::Relaxed)
    }

    /// Notes what is there when it first runs; false if that has been noted.
    pub(crate) fn start(&self, sight: Sight) -> bool {
        let (unknown, sight) = (Sight::Unknown as u8, sight as u8);
        self.at_start.compare_exchange(unknown, sight, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// Notes that the value was in its scope at some time.
    pub(crate) fn note_it_had_it(&self) {
        if !self.had_it_for_a_time.load(Ordering::Relaxed) {
            self.had_it_for_a_time.store(true, Ordering::Relaxed);
        }
    }

    /// This one, its creator, the creator of that: nearest first.
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

    /// A copy of the nearest, which lets the others go; paid once in `LIMIT` generations.
    fn shortened(&self) -> Creator {
        let nearest: Vec<&Arc<Origin>> = self.seen().into_iter().flat_map(Origin::line).take(LIMIT).collect();
        nearest.into_iter().rfold(Creator::Cut, |creator, origin| {
            let copy = Origin::new(origin.resource, origin.at_creation, &creator);
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
    fn a_line_of_any_length_keeps_its_near_end_and_what_was_seen_there() {
        let resource = AsyncResource::new("link").resource();
        let mut creator = Creator::Root;
        for at in 0..100_000 {
            let origin = Origin::new(resource, Sight::of(at % 2 == 0), &creator);
            assert!(origin.start(Sight::of(at % 3 == 0)) && !origin.start(Sight::Present));
            creator = Creator::Seen(Arc::new(origin));
        }
        let line = Vec::from_iter(creator.seen().expect("the last").line());
        assert!((LIMIT..=2 * LIMIT).contains(&line.len()), "{}", line.len());
        for (back, origin) in line.iter().enumerate() {
            let at = 99_999 - back;
            assert_eq!((origin.at_creation(), origin.at_start()), (Sight::of(at % 2 == 0), Sight::of(at % 3 == 0)));
        }
        assert!(matches!(line.last().map(|last| last.creator()), Some(Creator::Cut)));
    }
}
