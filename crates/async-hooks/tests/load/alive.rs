//! Who is alive, counted by a hook.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_hooks::{Events, Hook, Resource};

/// Counts resources by kind.
#[derive(Default)]
pub(crate) struct Alive {
    alive: Mutex<HashMap<&'static str, isize>>,
    requests: AtomicUsize,
    resolved: AtomicUsize,
}

impl Alive {
    fn count(&self, resource: &Resource, change: isize) {
        *self.alive.lock().unwrap().entry(resource.kind()).or_default() += change;
    }

    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    pub(crate) fn resolved(&self) -> usize {
        self.resolved.load(Ordering::Relaxed)
    }

    /// The kinds that are alive, with their numbers.
    pub(crate) fn report(&self) -> String {
        let alive = self.alive.lock().unwrap();
        let kinds = alive.iter().filter(|(_, count)| **count != 0);
        kinds.map(|(kind, count)| format!("{kind}: {count}")).collect::<Vec<_>>().join(", ")
    }
}

impl Hook for Alive {
    fn init(&self, resource: &Resource) {
        self.count(resource, 1);
        if resource.kind() == "http::request" {
            self.requests.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn resolve(&self, resource: &Resource) {
        if resource.kind() == "http::request" {
            self.resolved.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn destroy(&self, resource: &Resource) {
        self.count(resource, -1);
    }

    fn events(&self) -> Events {
        Events::INIT | Events::RESOLVE | Events::DESTROY
    }
}
