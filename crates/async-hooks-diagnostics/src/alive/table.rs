//! The table of living resources: one for the process, kept by two hooks.
//!
//! All registries, detectors and tests share it, so an `init` costs the same however many there are. Each sees what was created
//! since it was enabled, by the *generation* of every record.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use async_hooks_core::{AsyncHook, AsyncId, Events, Hook, Resource, execution_async_id, execution_async_resource};
use async_hooks_tools::{IdMap, id_map};

use crate::alive::record::Record;
use crate::alive::shared_hook::SharedHook;
use crate::alive::thread_scopes;
use crate::alive::trigger_chain::{Link, Trigger};

pub(crate) static TABLE: LazyLock<Table> =
    LazyLock::new(|| Table { records: id_map(), generation: AtomicU32::new(0), unknown: AtomicU64::new(0) });

pub(crate) struct Table {
    records: IdMap<Arc<Record>>,
    generation: AtomicU32,
    /// The number of events of resources that were created before the table was kept.
    unknown: AtomicU64,
}

impl Table {
    /// Begins a generation: what is created from now on belongs to it.
    pub(crate) fn next_generation(&self) -> u32 {
        self.generation.fetch_add(1, Ordering::SeqCst) + 1
    }

    pub(crate) fn generation(&self) -> u32 {
        self.generation.load(Ordering::SeqCst)
    }

    pub(crate) fn get(&self, id: AsyncId) -> Option<Arc<Record>> {
        self.records.get(&id).map(|record| Arc::clone(&record))
    }

    /// The chosen records of this generation and later ones, unordered.
    ///
    /// A shard is locked at a time. `is_chosen` must neither use the table nor run code of the program.
    pub(crate) fn records_since(
        &self,
        generation: u32,
        is_chosen: impl Fn(&Record) -> bool,
    ) -> Vec<(AsyncId, Arc<Record>)> {
        // Reserved at once, since growing step by step would happen while a shard is locked.
        let mut records = Vec::with_capacity(self.records.len());
        let recent = self.records.iter().filter(|record| record.generation() >= generation);
        let chosen = recent.filter(|record| is_chosen(record));
        records.extend(chosen.map(|record| (*record.key(), Arc::clone(record.value()))));
        records
    }

    /// The number of records of this generation and later ones.
    pub(crate) fn count_since(&self, generation: u32, is_chosen: impl Fn(&Record) -> bool) -> usize {
        self.records.iter().filter(|record| record.generation() >= generation && is_chosen(record)).count()
    }

    /// Removes the records of this generation and earlier ones.
    ///
    /// No watch is left that sees them.
    pub(crate) fn forget_until(&self, generation: u32) {
        self.records.retain(|_, record| {
            let is_kept = record.generation() > generation;
            if !is_kept {
                record.end();
            }
            is_kept
        });
        self.records.shrink_to_fit();
    }

    /// The number of events of resources whose `init` was not observed.
    pub(crate) fn unknown_events(&self) -> u64 {
        self.unknown.load(Ordering::Relaxed)
    }

    #[cold]
    fn count_unknown(&self) {
        self.unknown.fetch_add(1, Ordering::Relaxed);
    }

    fn trigger_of(&self, resource: &Resource) -> Trigger {
        match resource.trigger_async_id() {
            None | Some(AsyncId::ROOT) => Trigger::Unseen,
            Some(id) => {
                thread_scopes::find(id).or_else(|| self.get(id)).map_or_else(|| unseen(id), |it| it.as_trigger())
            }
        }
    }
}

/// A trigger that was created before the table was kept.
///
/// It can still be named if it is the executing resource.
#[cold]
fn unseen(trigger: AsyncId) -> Trigger {
    match execution_async_id() == trigger {
        true => Trigger::Seen(Link::new(execution_async_resource(), &Trigger::Unseen)),
        false => Trigger::Unseen,
    }
}

/// The hook that adds and removes records.
struct Lives;

pub(crate) static LIVES: SharedHook = SharedHook::new(|| AsyncHook::new(Lives));

impl Hook for Lives {
    fn init(&self, resource: &Resource) {
        let table = &*TABLE;
        // Acquire: a thread that sees a generation also sees the hook that was enabled for it, which receives the `destroy`.
        let generation = table.generation.load(Ordering::Acquire);
        let record = Arc::new(Record::new(*resource, table.trigger_of(resource), generation));
        if POLLS.is_wanted() {
            thread_scopes::expect(&record);
        }
        table.records.insert(resource.async_id(), record);
    }

    fn destroy(&self, resource: &Resource) {
        let table = &*TABLE;
        let id = resource.async_id();
        match table.records.remove(&id) {
            Some((_, record)) => {
                record.end();
                thread_scopes::forget(id);
            }
            None => table.count_unknown(),
        }
    }

    fn events(&self) -> Events {
        Events::INIT | Events::DESTROY
    }
}

/// The hook that counts and times scopes.
///
/// It is separate, so that a poll costs nothing while only lives are watched.
struct Polls;

pub(crate) static POLLS: SharedHook = SharedHook::new(|| AsyncHook::new(Polls));

impl Hook for Polls {
    fn before(&self, resource: &Resource) {
        let table = &*TABLE;
        if !thread_scopes::enter(resource.async_id(), |id| table.get(id)) {
            table.count_unknown();
        }
    }

    fn after(&self, resource: &Resource) {
        thread_scopes::leave(resource.async_id());
    }

    fn events(&self) -> Events {
        Events::BEFORE | Events::AFTER
    }
}
