//! A hook that records its events.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

use std::sync::{Arc, Mutex};

use async_hooks_core::{AsyncHook, AsyncId, EnabledHook, Hook, Resource, execution_async_id};

pub(crate) struct Recorder {
    heard: Arc<Mutex<Vec<Heard>>>,
    _enabled: EnabledHook,
}

#[derive(Clone, Copy)]
struct Heard {
    event: &'static str,
    resource: Resource,
    executing: AsyncId,
}

impl Recorder {
    pub(crate) fn enabled() -> Self {
        let heard = Arc::default();
        let hook = AsyncHook::new(Ear(Arc::clone(&heard)));
        Recorder { heard, _enabled: hook.enable_scoped() }
    }

    /// The events of these resources, as event and position in `ids`.
    ///
    /// Tests share a process, so other resources are left out.
    pub(crate) fn events_of(&self, ids: &[AsyncId]) -> Vec<(&'static str, usize)> {
        let heard = self.heard.lock().unwrap();
        let position = |heard: &Heard| ids.iter().position(|id| *id == heard.resource.async_id());
        heard.iter().filter_map(|heard| Some((heard.event, position(heard)?))).collect()
    }

    /// The scopes in which the hook received the events of this resource.
    pub(crate) fn scopes_of(&self, id: AsyncId) -> Vec<(&'static str, AsyncId)> {
        let heard = self.heard.lock().unwrap();
        heard
            .iter()
            .filter(|heard| heard.resource.async_id() == id)
            .map(|heard| (heard.event, heard.executing))
            .collect()
    }

    pub(crate) fn resources_of_kind(&self, kind: &str) -> Vec<Resource> {
        let heard = self.heard.lock().unwrap();
        let inits = heard.iter().filter(|heard| heard.event == "init");
        inits.map(|heard| heard.resource).filter(|resource| resource.kind() == kind).collect()
    }
}

struct Ear(Arc<Mutex<Vec<Heard>>>);

impl Ear {
    fn record(&self, event: &'static str, resource: &Resource) {
        let executing = execution_async_id();
        self.0.lock().unwrap().push(Heard { event, resource: *resource, executing });
    }
}

impl Hook for Ear {
    fn init(&self, resource: &Resource) {
        self.record("init", resource);
    }

    fn before(&self, resource: &Resource) {
        self.record("before", resource);
    }

    fn after(&self, resource: &Resource) {
        self.record("after", resource);
    }

    fn resolve(&self, resource: &Resource) {
        self.record("resolve", resource);
    }

    fn destroy(&self, resource: &Resource) {
        self.record("destroy", resource);
    }
}
