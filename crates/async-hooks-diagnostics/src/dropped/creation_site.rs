//! A line that creates resources, and what became of them: did one ever resolve, and how did the others end?

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_hooks_core::{Location, Resource};
use dashmap::DashMap;

use crate::alive::id_map::IdHasher;
use crate::dropped::cancellation::{Cancellation, Ending};
use crate::dropped::cancelled::Cancelled;

/// So many may end without a single one that resolved; then a line is taken for one that makes no futures, and nobody
/// looks at who drops them any more.
const TRIES: usize = 256;

/// What is created here: all of one kind, at one line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Key {
    kind: &'static str,
    location: Location,
}

impl Hash for Key {
    /// Numbers alone: lines differ, and walking through the name of a file for each resource takes longer than all the rest.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let (line, column) = (u64::from(self.location.line()), u64::from(self.location.column()));
        state.write_u64(line << 24 ^ column << 8 ^ self.kind.len() as u64);
    }
}

/// The lines of the program that create resources.
#[derive(Debug, Default)]
pub(crate) struct CreationSites {
    sites: DashMap<Key, Arc<CreationSite>, BuildHasherDefault<IdHasher>>,
}

/// One of them.
#[derive(Debug)]
pub(crate) struct CreationSite {
    /// Somebody knows that it makes futures: it was said, or one has resolved.
    makes_futures: AtomicBool,
    tries: AtomicUsize,
    ends: Mutex<HashMap<By, (usize, Cancellation)>>,
}

/// What the ends of a group have in common.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct By {
    kind: &'static str,
    location: Location,
    ending: Ending,
}

impl CreationSites {
    /// Where this resource was created; `is_future` is asked once for each line.
    pub(crate) fn of(&self, resource: &Resource, is_future: impl FnOnce() -> bool) -> Arc<CreationSite> {
        let key = Key { kind: resource.kind(), location: resource.location() };
        if let Some(site) = self.sites.get(&key) {
            return Arc::clone(&site);
        }
        Arc::clone(&self.sites.entry(key).or_insert_with(|| Arc::new(CreationSite::new(is_future()))))
    }

    /// What was cancelled, and how many more there were that nobody looked at.
    pub(crate) fn cancelled(&self) -> (Vec<Cancelled>, usize) {
        let sites = Vec::from_iter(self.sites.iter().map(|site| Arc::clone(&site)));
        let certain = || sites.iter().filter(|site| site.makes_futures());
        let unseen = certain().map(|site| site.tries.load(Ordering::Relaxed).saturating_sub(TRIES)).sum();
        (certain().flat_map(|site| site.cancelled()).collect(), unseen)
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

    /// One of those that were created here has resolved.
    pub(crate) fn note_resolved(&self) {
        if !self.makes_futures() {
            self.makes_futures.store(true, Ordering::Relaxed);
        }
    }

    pub(crate) fn makes_futures(&self) -> bool {
        self.makes_futures.load(Ordering::Relaxed)
    }

    /// Whether an end is worth looking at: here futures are made, or nobody can tell yet.
    pub(crate) fn is_looked_at(&self) -> bool {
        self.makes_futures() || self.tries.fetch_add(1, Ordering::Relaxed) < TRIES
    }

    pub(crate) fn note_end(&self, cancellation: Cancellation) {
        let by = cancellation.by();
        let by = By { kind: by.kind(), location: by.location(), ending: cancellation.ending() };
        let mut ends = self.ends();
        let count = ends.get(&by).map_or(0, |(count, _)| *count);
        let replaced = ends.insert(by, (count + 1, cancellation));
        drop(ends);
        // Its chain may be the last that holds many links: nobody waits for that.
        drop(replaced);
    }

    fn cancelled(&self) -> Vec<Cancelled> {
        self.ends().values().map(|(count, latest)| Cancelled::new(*count, latest.clone())).collect()
    }

    fn ends(&self) -> MutexGuard<'_, HashMap<By, (usize, Cancellation)>> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
