//! A hook that knows who is alive, since when, and by whom it was triggered.

use std::fmt;
use std::time::{Duration, Instant};

use async_hooks::{AsyncId, Events, Hook, Resource};
use dashmap::DashMap;

#[derive(Default)]
pub(crate) struct LeakHook {
    alive: DashMap<AsyncId, Leak>,
}

/// The live resources; one that is old enough is a leak.
#[derive(Clone)]
pub(crate) struct Leak {
    resource: Resource,
    since: Instant,
    /// Nearest first. Copies, since the triggers may be gone by the time anybody asks.
    triggers: Vec<Resource>,
}

impl Hook for LeakHook {
    fn init(&self, resource: &Resource) {
        let trigger = resource.trigger_async_id().and_then(|id| self.alive.get(&id).map(|trigger| trigger.clone()));
        let triggers = trigger.map(|trigger| [vec![trigger.resource], trigger.triggers].concat()).unwrap_or_default();
        let leak = Leak { resource: *resource, since: Instant::now(), triggers };
        self.alive.insert(resource.async_id(), leak);
    }

    fn destroy(&self, resource: &Resource) {
        self.alive.remove(&resource.async_id());
    }

    fn events(&self) -> Events {
        Events::INIT | Events::DESTROY
    }
}

impl LeakHook {
    pub(crate) fn older_than(&self, age: Duration) -> Vec<Leak> {
        self.alive.iter().filter(|leak| leak.since.elapsed() > age).map(|leak| leak.clone()).collect()
    }
}

impl Leak {
    pub(crate) fn resource(&self) -> Resource {
        self.resource
    }

    pub(crate) fn triggers(&self) -> &[Resource] {
        &self.triggers
    }
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (leaked, age) = (self.resource, self.since.elapsed().as_millis());
        writeln!(f, "  {} {}, {age} ms old, spawned at {}", leaked.kind(), leaked.async_id(), leaked.location())?;
        for (depth, trigger) in self.triggers.iter().enumerate() {
            let (kind, id, location) = (trigger.kind(), trigger.async_id(), trigger.location());
            writeln!(f, "  {}└─ triggered by {kind} {id}, made at {location}", "   ".repeat(depth))?;
        }
        write!(f, "  {}└─ triggered by root {}", "   ".repeat(self.triggers.len()), AsyncId::ROOT)
    }
}
