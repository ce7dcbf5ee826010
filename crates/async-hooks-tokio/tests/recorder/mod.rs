//! A hook that records its events. Hooks observe the whole process, so it is read by id.

#![allow(dead_code, reason = "each test file reads it in its own way")]

use std::sync::{Arc, Condvar, Mutex};

use async_hooks_core::{AsyncHook, AsyncId, EnabledHook, Hook, Resource, execution_async_id};

pub(crate) struct Recorder {
    journal: Arc<Journal>,
    _enabled: EnabledHook,
}

#[derive(Clone, Copy)]
pub(crate) struct Event {
    pub(crate) name: &'static str,
    pub(crate) resource: Resource,
    /// In whose scope the hook ran.
    pub(crate) executing: AsyncId,
}

impl Recorder {
    pub(crate) fn start() -> Self {
        let journal = Arc::new(Journal::default());
        let enabled = AsyncHook::new(Shared(Arc::clone(&journal))).enable_scoped();
        Recorder { journal, _enabled: enabled }
    }

    /// The names of the events of one resource, in order.
    pub(crate) fn life(&self, id: AsyncId) -> Vec<&'static str> {
        self.events(id).iter().map(|event| event.name).collect()
    }

    pub(crate) fn events(&self, id: AsyncId) -> Vec<Event> {
        let events = self.journal.events.lock().unwrap();
        events.iter().filter(|event| event.resource.async_id() == id).copied().collect()
    }

    /// What this resource has caused, in the order of `init`.
    pub(crate) fn created_by(&self, trigger: AsyncId) -> Vec<AsyncId> {
        let events = self.journal.events.lock().unwrap();
        let inits = events.iter().filter(|event| event.name == "init");
        let caused = inits.filter(|event| event.resource.trigger_async_id() == Some(trigger));
        caused.map(|event| event.resource.async_id()).collect()
    }

    /// Blocks until all of them are destroyed.
    pub(crate) fn wait_for_destroy(&self, ids: &[AsyncId]) {
        let mut events = self.journal.events.lock().unwrap();
        let is_missing = |events: &[Event], id| !events.iter().any(|event| event.is_destroy_of(id));
        while ids.iter().any(|id| is_missing(&events, *id)) {
            events = self.journal.grown.wait(events).unwrap();
        }
    }
}

impl Event {
    fn is_destroy_of(&self, id: AsyncId) -> bool {
        self.name == "destroy" && self.resource.async_id() == id
    }
}

#[derive(Default)]
struct Journal {
    events: Mutex<Vec<Event>>,
    grown: Condvar,
}

impl Journal {
    fn write(&self, name: &'static str, resource: &Resource) {
        let event = Event { name, resource: *resource, executing: execution_async_id() };
        self.events.lock().unwrap().push(event);
        self.grown.notify_all();
    }
}

struct Shared(Arc<Journal>);

impl Hook for Shared {
    fn init(&self, resource: &Resource) {
        self.0.write("init", resource);
    }

    fn before(&self, resource: &Resource) {
        self.0.write("before", resource);
    }

    fn after(&self, resource: &Resource) {
        self.0.write("after", resource);
    }

    fn resolve(&self, resource: &Resource) {
        self.0.write("resolve", resource);
    }

    fn destroy(&self, resource: &Resource) {
        self.0.write("destroy", resource);
    }
}
