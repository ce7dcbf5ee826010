//! A hook that records its events.
//!
//! Hooks are process-global and tests run in parallel, so a test asks for the records of its own ids, or of kinds that
//! no other test in its file uses.
#![allow(dead_code, reason = "each test file uses its part")]

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_hooks_core::{AsyncHook, AsyncId, EnabledHook, Hook, Resource, execution_async_resource};

#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) event: &'static str,
    pub(crate) resource: Resource,
    /// What executed on the thread while the event was delivered.
    pub(crate) executing: Resource,
}

impl Record {
    pub(crate) fn id(&self) -> AsyncId {
        self.resource.async_id()
    }

    pub(crate) fn executing_id(&self) -> AsyncId {
        self.executing.async_id()
    }
}

/// Records until it is dropped.
pub(crate) struct Recorder {
    records: Records,
    _enabled: EnabledHook,
}

impl Recorder {
    pub(crate) fn start() -> Self {
        let records = Records::default();
        Recorder { _enabled: AsyncHook::new(records.clone()).enable_scoped(), records }
    }

    pub(crate) fn records(&self) -> Vec<Record> {
        self.records.lock().clone()
    }

    /// The events of one resource, in order.
    pub(crate) fn of(&self, id: AsyncId) -> Vec<&'static str> {
        let records = self.records.lock();
        records.iter().filter(|record| record.id() == id).map(|record| record.event).collect()
    }

    /// The events of resources of these kinds, in order, as `"init query"`.
    pub(crate) fn of_kinds(&self, kinds: &[&str]) -> Vec<String> {
        let records = self.records.lock();
        let ours = records.iter().filter(|record| kinds.contains(&record.resource.kind()));
        ours.map(|record| format!("{} {}", record.event, record.resource.kind())).collect()
    }

    /// The only record of this event for this resource.
    pub(crate) fn the(&self, event: &str, id: AsyncId) -> Record {
        let mut found = self.records().into_iter().filter(|record| record.id() == id && record.event == event);
        match (found.next(), found.next()) {
            (Some(record), None) => record,
            (None, _) => panic!("no {event} of {id}"),
            (Some(_), Some(_)) => panic!("more than one {event} of {id}"),
        }
    }

    /// The only resource of this kind that was created while recording.
    pub(crate) fn created(&self, kind: &str) -> Resource {
        let is_its_init = |record: &Record| record.event == "init" && record.resource.kind() == kind;
        let mut found = self.records().into_iter().filter(is_its_init);
        match (found.next(), found.next()) {
            (Some(record), None) => record.resource,
            (None, _) => panic!("no init of {kind}"),
            (Some(_), Some(_)) => panic!("more than one init of {kind}"),
        }
    }
}

#[derive(Clone, Default)]
struct Records(Arc<Mutex<Vec<Record>>>);

impl Records {
    fn lock(&self) -> MutexGuard<'_, Vec<Record>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, event: &'static str, resource: &Resource) {
        let record = Record { event, resource: *resource, executing: execution_async_resource() };
        self.lock().push(record);
    }
}

impl Hook for Records {
    fn init(&self, resource: &Resource) {
        self.push("init", resource);
    }

    fn before(&self, resource: &Resource) {
        self.push("before", resource);
    }

    fn after(&self, resource: &Resource) {
        self.push("after", resource);
    }

    fn resolve(&self, resource: &Resource) {
        self.push("resolve", resource);
    }

    fn destroy(&self, resource: &Resource) {
        self.push("destroy", resource);
    }
}
