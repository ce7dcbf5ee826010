//! Locals that travel as baggage: a list for the process, by key.

use std::io::{self, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::baggage::syntax::is_key;

pub(super) struct Registry<T: ?Sized> {
    /// So that a program that shares no local takes no lock.
    is_used: AtomicBool,
    entries: RwLock<Vec<Entry<T>>>,
}

pub(super) struct Entry<T: ?Sized> {
    pub(super) key: &'static str,
    pub(super) local: Arc<T>,
}

impl<T: ?Sized> Registry<T> {
    pub(super) const fn new() -> Self {
        Registry { is_used: AtomicBool::new(false), entries: RwLock::new(Vec::new()) }
    }

    /// Adds a local under a key. It replaces the one that had the key.
    pub(super) fn add(&self, key: &'static str, local: Arc<T>) {
        if !is_key(key) {
            return report(key);
        }
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        let replaced = entries.iter().position(|entry| entry.key == key).map(|index| entries.remove(index));
        entries.push(Entry { key, local });
        self.is_used.store(true, Ordering::Release);
        drop(entries);
        drop(replaced);
    }

    #[inline]
    pub(super) fn is_used(&self) -> bool {
        self.is_used.load(Ordering::Acquire)
    }

    /// A copy of the list.
    ///
    /// The caller runs foreign code for each entry, and must hold no lock meanwhile.
    pub(super) fn entries(&self) -> Vec<Entry<T>> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        entries.iter().map(|entry| Entry { key: entry.key, local: Arc::clone(&entry.local) }).collect()
    }
}

fn report(key: &str) {
    let text =
        format!("async-hooks: {key:?} is no key of baggage, so the local under it does not travel; use a token\n");
    let _ = io::stderr().write_all(text.as_bytes());
}
