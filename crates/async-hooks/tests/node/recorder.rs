//! A hook that writes down the life of whatever one test creates.
//!
//! Hooks are process-global and tests run in parallel, so a recorder keeps to its own test: to what is created outside
//! any resource on the thread that started it, and to all that descends from that, by execution or by trigger, on
//! whichever thread.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use async_hooks::{AsyncHook, AsyncId, EnabledHook, Hook, Resource, execution_async_resource};

/// One event, and what executed on the thread while it was delivered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record {
    pub(crate) event: &'static str,
    pub(crate) resource: Resource,
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

/// How often each event was sent for one resource: init, before, after, resolve, destroy.
pub(crate) type Counts = [usize; 5];

/// Records until the last clone is dropped.
///
/// Start it on the thread that runs the scenario, outside any resource.
#[derive(Clone, Debug)]
pub(crate) struct Recorder {
    log: Arc<Log>,
    _enabled: Arc<EnabledHook>,
}

impl Recorder {
    pub(crate) fn start() -> Self {
        Self::enable(Log::of(Some(thread::current().id())))
    }

    /// Records whatever happens in the process; for a process that runs one test.
    pub(crate) fn start_for_everything() -> Self {
        Self::enable(Log::of(None))
    }

    fn enable(log: Log) -> Self {
        let log = Arc::new(log);
        let enabled = AsyncHook::new(Arc::clone(&log)).enable_scoped();
        Recorder { log, _enabled: Arc::new(enabled) }
    }

    /// Records something that the scenario does itself, as an event of the executing resource.
    pub(crate) fn mark(&self, event: &'static str) {
        let executing = execution_async_resource();
        self.log.lock().records.push(Record { event, resource: executing, executing });
    }

    pub(crate) fn records(&self) -> Vec<Record> {
        self.log.lock().records.clone()
    }

    /// The events of one resource, in order.
    pub(crate) fn events(&self, id: AsyncId) -> Vec<&'static str> {
        self.records().iter().filter(|record| record.id() == id).map(|record| record.event).collect()
    }

    pub(crate) fn counts(&self, id: AsyncId) -> Counts {
        let events = self.events(id);
        ["init", "before", "after", "resolve", "destroy"]
            .map(|event| events.iter().filter(|other| **other == event).count())
    }

    /// The records of one event, in order.
    pub(crate) fn all(&self, event: &str) -> Vec<Record> {
        self.records().into_iter().filter(|record| record.event == event).collect()
    }

    pub(crate) fn inits(&self) -> Vec<Record> {
        self.all("init")
    }

    /// The resources of this kind, in the order of their inits.
    pub(crate) fn created(&self, kind: &str) -> Vec<Resource> {
        let inits = self.inits().into_iter().map(|record| record.resource);
        inits.filter(|resource| resource.kind() == kind).collect()
    }

    /// The only resource of this kind.
    pub(crate) fn the(&self, kind: &str) -> Resource {
        match *self.created(kind) {
            [resource] => resource,
            ref several => panic!("not one {kind:?} but {several:?}"),
        }
    }

    /// The only init of this id.
    pub(crate) fn init(&self, id: AsyncId) -> Record {
        let inits = self.inits().into_iter().filter(|record| record.id() == id);
        match *inits.collect::<Vec<_>>() {
            [init] => init,
            ref several => panic!("not one init of {id} but {several:?}"),
        }
    }
}

#[derive(Debug)]
struct Log {
    /// The thread whose resources are recorded; all are when there is none.
    thread: Option<ThreadId>,
    state: Mutex<State>,
}

#[derive(Default, Debug)]
struct State {
    records: Vec<Record>,
    ours: HashSet<AsyncId>,
}

impl Log {
    fn of(thread: Option<ThreadId>) -> Self {
        Log { thread, state: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_ours(&self, created: &Resource, creator: &Resource, ours: &HashSet<AsyncId>) -> bool {
        let Some(thread) = self.thread else { return true };
        let descends = created.trigger_async_id().is_some_and(|trigger| ours.contains(&trigger));
        let is_on_our_thread = || creator.async_id() == AsyncId::ROOT && thread::current().id() == thread;
        descends || ours.contains(&creator.async_id()) || is_on_our_thread()
    }

    fn push(&self, event: &'static str, resource: &Resource) {
        let mut state = self.lock();
        if self.thread.is_none() || state.ours.contains(&resource.async_id()) {
            state.records.push(Record { event, resource: *resource, executing: execution_async_resource() });
        }
    }
}

impl Hook for Log {
    fn init(&self, resource: &Resource) {
        let mut state = self.lock();
        if self.is_ours(resource, &execution_async_resource(), &state.ours) {
            state.ours.insert(resource.async_id());
        }
        drop(state);
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
