//! A hook that knows what may come next of each resource.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use async_hooks::{AsyncHook, AsyncId, AsyncResource, EnabledHook, Hook, Resource, execution_async_id};

use crate::faults;

/// The hook, enabled for a round.
pub(crate) struct Oracle {
    lives: Arc<Lives>,
    _enabled: EnabledHook,
}

impl Oracle {
    pub(crate) fn enable() -> Self {
        let lives = Arc::new(Lives { since: Some(id_of_a_new_thread()), ..Lives::default() });
        Oracle { _enabled: AsyncHook::new(Arc::clone(&lives)).enable_scoped(), lives }
    }

    /// The kinds of who is alive, without those that were forgotten on purpose.
    pub(crate) fn alive(&self) -> Vec<&'static str> {
        let kinds = self.lives.shards.iter().flat_map(|shard| {
            let lives: Vec<_> = lock(shard).values().map(|life| life.kind).collect();
            lives
        });
        kinds.filter(|kind| *kind != FORGOTTEN).collect()
    }

    pub(crate) fn events(&self) -> u64 {
        self.lives.events.load(Ordering::Relaxed)
    }
}

/// The kind of what is never dropped.
pub(crate) const FORGOTTEN: &str = "forgotten";
/// The kind of what several threads use at once, without order between them.
pub(crate) const SHARED: &str = "shared";

const SHARDS: usize = 16;

/// Greater than all ids until now: a new thread takes its ids from a new block.
fn id_of_a_new_thread() -> AsyncId {
    thread::spawn(|| AsyncResource::new("mark").async_id()).join().unwrap()
}

#[derive(Default)]
struct Lives {
    /// What has a lower id was created before; its last event may come late.
    since: Option<AsyncId>,
    shards: [Mutex<HashMap<AsyncId, Life>>; SHARDS],
    events: AtomicU64,
}

struct Life {
    kind: &'static str,
    open: u32,
    has_resolved: bool,
}

impl Lives {
    fn shard(&self, id: AsyncId) -> MutexGuard<'_, HashMap<AsyncId, Life>> {
        self.events.fetch_add(1, Ordering::Relaxed);
        lock(&self.shards[id.as_u64() as usize % SHARDS])
    }

    fn is_from_before(&self, resource: &Resource) -> bool {
        self.since.is_some_and(|since| resource.async_id() < since)
    }

    /// An event of a resource that must be alive.
    fn expect(&self, event: &str, resource: &Resource, change: impl FnOnce(&mut Life) -> bool) {
        let mut lives = self.shard(resource.async_id());
        match lives.get_mut(&resource.async_id()) {
            Some(life) => {
                let is_expected = change(life);
                faults::check(is_expected || may_be_late(event, resource), || {
                    format!("{event} of {resource:?} out of order")
                });
            }
            None => faults::check(may_be_late(event, resource) || self.is_from_before(resource), || {
                format!("{event} of {resource:?}, who is not alive")
            }),
        }
    }
}

/// Whether an `after` may come late: behind the next `before`, or behind the end.
///
/// A runtime that tracks its tasks reports the end of a poll when another thread may have begun the next one.
fn may_be_late(event: &str, resource: &Resource) -> bool {
    let is_of_runtime = cfg!(tokio_unstable) && resource.kind().starts_with("tokio");
    resource.kind() == SHARED || (is_of_runtime && matches!(event, "before" | "after"))
}

fn check_inside(resource: &Resource) {
    let executing = execution_async_id();
    faults::check(executing == resource.async_id(), || format!("{executing} executes in a scope of {resource:?}"));
}

impl Hook for Lives {
    fn init(&self, resource: &Resource) {
        let life = Life { kind: resource.kind(), open: 0, has_resolved: false };
        let earlier = self.shard(resource.async_id()).insert(resource.async_id(), life);
        faults::check(earlier.is_none(), || format!("a second init of {resource:?}"));
    }

    fn before(&self, resource: &Resource) {
        self.expect("before", resource, |life| {
            life.open += 1;
            (life.open == 1) & !life.has_resolved
        });
        check_inside(resource);
    }

    fn after(&self, resource: &Resource) {
        self.expect("after", resource, |life| {
            let was_open = life.open > 0;
            life.open = life.open.saturating_sub(1);
            was_open
        });
        check_inside(resource);
    }

    fn resolve(&self, resource: &Resource) {
        self.expect("resolve", resource, |life| {
            let is_first = !life.has_resolved;
            life.has_resolved = true;
            is_first && life.open > 0
        });
    }

    fn destroy(&self, resource: &Resource) {
        let life = self.shard(resource.async_id()).remove(&resource.async_id());
        faults::check(life.is_some() || self.is_from_before(resource), || {
            format!("destroy of {resource:?}, who is not alive")
        });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
