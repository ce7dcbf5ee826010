//! The events of a resource from `init` to `destroy`, and whether they form a valid life.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_hooks::prelude::*;
use async_hooks::{EnabledHook, Resource};

use crate::outcome::Life;

/// Receives the events of all programs running at the same time; a test asks for one of them.
pub(crate) struct Recorder {
    events: Events,
    _enabled: EnabledHook,
}

#[derive(Clone, Default)]
struct Events(Arc<Mutex<HashMap<AsyncId, Vec<&'static str>>>>);

impl Recorder {
    pub(crate) fn start() -> Self {
        let events = Events::default();
        Recorder { _enabled: AsyncHook::new(events.clone()).enable_scoped(), events }
    }

    /// Rule 4: one `init` first, pairs of `before` and `after`, one `destroy` last.
    ///
    /// At most one `resolve`.
    ///
    /// # Errors
    ///
    /// The events, when they are not that.
    pub(crate) fn life(&self, id: AsyncId) -> Result<Life, Vec<&'static str>> {
        let events = self.events.0.lock().unwrap_or_else(PoisonError::into_inner);
        let events = events.get(&id).map(Vec::as_slice).unwrap_or_default();
        let count = |event| events.iter().filter(|other| **other == event).count();
        let [init, before, after, resolve, destroy] = ["init", "before", "after", "resolve", "destroy"].map(count);
        let is_framed = events.first() == Some(&"init") && events.last() == Some(&"destroy");
        let is_life = is_framed && (init, destroy) == (1, 1) && before == after && resolve <= 1 && is_paired(events);
        if is_life { Ok(Life { entered: before > 0, resolved: resolve > 0 }) } else { Err(events.to_vec()) }
    }
}

/// Each `after` has its `before`.
///
/// A callback may run on several threads at once, so a second `before` may come first.
fn is_paired(events: &[&str]) -> bool {
    let mut open = 0_u32;
    events.iter().all(|event| match *event {
        "before" => {
            open += 1;
            true
        }
        "after" => {
            let is_open = open > 0;
            open = open.saturating_sub(1);
            is_open
        }
        "resolve" => open > 0,
        _ => true,
    })
}

impl Events {
    fn push(&self, event: &'static str, resource: &Resource) {
        let mut events = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        events.entry(resource.async_id()).or_default().push(event);
    }
}

impl Hook for Events {
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
