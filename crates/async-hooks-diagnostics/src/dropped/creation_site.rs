//! A line that creates resources, and how they end.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_hooks_core::{Location, Resource};
use async_hooks_tools::IdHasher;
use dashmap::DashMap;

use crate::dropped::cancellation::{CancelCause, Cancellation};
use crate::dropped::cancellation_report::Ends;
use crate::dropped::cancelled_group::CancelledGroup;

/// The number of ends that are kept of a line of which none has resolved.
///
/// After that many, the line most likely creates no futures.
const TRIES: usize = 256;

/// What the resources of a creation site have in common.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct SiteKey {
    kind: &'static str,
    location: Location,
}

impl Hash for SiteKey {
    /// Hashes the line and the kind, but not the name of the file.
    ///
    /// Reading that for each resource takes longer than the rest.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let place = u64::from(self.location.line()) << 32 | u64::from(self.location.column());
        let mix = |hash: u64, word: u64| (hash ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
        let word = |bytes: &[u8]| bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        state.write_u64(self.kind.as_bytes().chunks(8).map(word).fold(place, mix));
    }
}

/// The lines of the program that create resources.
#[derive(Debug, Default)]
pub(crate) struct CreationSites {
    sites: DashMap<SiteKey, Arc<CreationSite>, BuildHasherDefault<IdHasher>>,
}

/// One of them.
#[derive(Debug)]
pub(crate) struct CreationSite {
    /// The program said so, or one of its resources was a future.
    makes_futures: AtomicBool,
    tries: AtomicUsize,
    ends: Mutex<HashMap<By, CancelledGroup>>,
}

/// What the ends of a group have in common.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct By {
    kind: &'static str,
    location: Location,
    cause: CancelCause,
}

impl CreationSites {
    /// The line that creates this resource; `is_future` is asked once for each line.
    pub(crate) fn of(&self, resource: &Resource, is_future: impl FnOnce() -> bool) -> Arc<CreationSite> {
        let key = SiteKey { kind: resource.kind(), location: resource.location() };
        if let Some(site) = self.sites.get(&key) {
            return Arc::clone(&site);
        }
        Arc::clone(&self.sites.entry(key).or_insert_with(|| Arc::new(CreationSite::new(is_future()))))
    }

    /// What was cancelled until now, and what could not be judged.
    pub(crate) fn ends(&self) -> Ends {
        let sites = Vec::from_iter(self.sites.iter().map(|site| (site.key().kind, Arc::clone(&site))));
        let mut ends = Ends::default();
        for (kind, site) in &sites {
            let tries = site.tries.load(Ordering::Relaxed);
            if site.makes_futures() {
                ends.groups.extend(site.cancelled());
                ends.uncounted += tries.saturating_sub(TRIES);
            } else if tries > 0 {
                *ends.unjudged.entry(kind).or_default() += tries;
            }
        }
        ends
    }
}

impl CreationSite {
    fn new(makes_futures: bool) -> CreationSite {
        CreationSite {
            makes_futures: AtomicBool::new(makes_futures),
            tries: AtomicUsize::new(0),
            ends: Mutex::default(),
        }
    }

    /// One of its resources has resolved, or was dropped with the future that it was.
    pub(crate) fn note_future(&self) {
        if !self.makes_futures() {
            self.makes_futures.store(true, Ordering::Relaxed);
        }
    }

    pub(crate) fn makes_futures(&self) -> bool {
        self.makes_futures.load(Ordering::Relaxed)
    }

    /// Whether an end is kept: the line creates futures, or may do so.
    pub(crate) fn keeps_ends(&self) -> bool {
        self.makes_futures() || self.tries.fetch_add(1, Ordering::Relaxed) < TRIES
    }

    pub(crate) fn note_end(&self, cancellation: Cancellation) {
        let by = cancellation.by();
        let by = By { kind: by.kind(), location: by.location(), cause: cancellation.ending() };
        let replaced = self.count_end(by, cancellation);
        // Dropped without the lock: its chain may hold many links.
        drop(replaced);
    }

    fn count_end(&self, by: By, cancellation: Cancellation) -> Option<Cancellation> {
        let mut ends = self.ends();
        if let Some(group) = ends.get_mut(&by) {
            return Some(group.add(cancellation));
        }
        ends.insert(by, CancelledGroup::new(cancellation));
        None
    }

    fn cancelled(&self) -> Vec<CancelledGroup> {
        self.ends().values().cloned().collect()
    }

    fn ends(&self) -> MutexGuard<'_, HashMap<By, CancelledGroup>> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_hooks_core::AsyncResource;
    use std::collections::HashSet;
    use std::hash::BuildHasher as _;

    /// Kinds of one length, all at one line.
    fn kinds() -> impl Iterator<Item = SiteKey> {
        let location = AsyncResource::new("here").resource().location();
        (0..40_000).map(move |number| SiteKey { kind: String::leak(format!("kind {number:05}")), location })
    }

    #[test]
    fn very_many_kinds_at_one_line_have_hashes_of_their_own() {
        let hasher = BuildHasherDefault::<IdHasher>::default();
        let hashes = Vec::from_iter(kinds().map(|key| hasher.hash_one(key)));
        assert_eq!(hashes.iter().collect::<HashSet<_>>().len(), hashes.len());
        // A map takes its index from the low bits, and its tags from the high ones.
        let lows = hashes.iter().map(|hash| hash % 65_536).collect::<HashSet<_>>();
        let tags = hashes.iter().map(|hash| hash >> 57).collect::<HashSet<_>>();
        assert!(lows.len() > 20_000 && tags.len() == 128, "{} {}", lows.len(), tags.len());
    }
}
