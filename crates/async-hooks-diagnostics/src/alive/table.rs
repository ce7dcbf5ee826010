//! Everybody who is alive: one table for the process, kept by two hooks.
//!
//! One, and not one for each who asks: what an `init` costs is then paid once, however many registries, detectors and tests
//! are watching. Each sees what was created since it began, by the *generation* noted in every record.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use async_hooks_core::{AsyncHook, AsyncId, Events, Hook, Resource, execution_async_id, execution_async_resource};

use crate::alive::id_map::{IdMap, id_map};
use crate::alive::keeper::Keeper;
use crate::alive::lineage::{Link, Trigger};
use crate::alive::record::Record;
use crate::alive::running;

pub(crate) static TABLE: LazyLock<Table> =
    LazyLock::new(|| Table { records: id_map(), generation: AtomicU32::new(0), unknown: AtomicU64::new(0) });

pub(crate) struct Table {
    records: IdMap<Arc<Record>>,
    generation: AtomicU32,
    /// Events of resources that came before anybody watched.
    unknown: AtomicU64,
}

impl Table {
    /// What is created from now on belongs to a new generation.
    pub(crate) fn next_generation(&self) -> u32 {
        self.generation.fetch_add(1, Ordering::SeqCst) + 1
    }

    pub(crate) fn generation(&self) -> u32 {
        self.generation.load(Ordering::SeqCst)
    }

    pub(crate) fn get(&self, id: AsyncId) -> Option<Arc<Record>> {
        self.records.get(&id).map(|record| Arc::clone(&record))
    }

    /// The records of this generation and later ones that are chosen, in no order, a shard at a time.
    ///
    /// A shard is locked meanwhile: `is_chosen` must neither come back here nor run code of others.
    pub(crate) fn records_since(
        &self,
        generation: u32,
        is_chosen: impl Fn(&Record) -> bool,
    ) -> Vec<(AsyncId, Arc<Record>)> {
        // Room for all at once: growing step by step would happen while a shard is locked.
        let mut records = Vec::with_capacity(self.records.len());
        let recent = self.records.iter().filter(|record| record.generation() >= generation);
        let chosen = recent.filter(|record| is_chosen(record));
        records.extend(chosen.map(|record| (*record.key(), Arc::clone(record.value()))));
        records
    }

    /// How many there are of this generation and later ones.
    pub(crate) fn count_since(&self, generation: u32) -> usize {
        self.records.iter().filter(|record| record.generation() >= generation).count()
    }

    /// Forgets the records of this generation and earlier ones: nobody is left to whom their end matters.
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

    /// How many events were heard of resources whose `init` nobody heard.
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
            Some(id) => running::find(id).or_else(|| self.get(id)).map_or_else(|| unseen(id), |it| it.as_trigger()),
        }
    }
}

/// Somebody who came before anybody watched can still be named if it is the one who executes.
#[cold]
fn unseen(trigger: AsyncId) -> Trigger {
    match execution_async_id() == trigger {
        true => Trigger::Seen(Link::new(execution_async_resource(), &Trigger::Unseen)),
        false => Trigger::Unseen,
    }
}

/// Keeps the table: who is born, who is gone.
struct Lives;

pub(crate) static LIVES: Keeper = Keeper::new(|| AsyncHook::new(Lives));

impl Hook for Lives {
    fn init(&self, resource: &Resource) {
        let table = &*TABLE;
        // Acquire: a thread that sees a generation sees the hook enabled for it, too, and that hook hears the `destroy`.
        let generation = table.generation.load(Ordering::Acquire);
        let record = Arc::new(Record::new(*resource, table.trigger_of(resource), generation));
        if POLLS.is_wanted() {
            running::expect(&record);
        }
        table.records.insert(resource.async_id(), record);
    }

    fn destroy(&self, resource: &Resource) {
        let table = &*TABLE;
        let id = resource.async_id();
        match table.records.remove(&id) {
            Some((_, record)) => {
                record.end();
                running::forget(id);
            }
            None => table.count_unknown(),
        }
    }

    fn events(&self) -> Events {
        Events::INIT | Events::DESTROY
    }
}

/// Counts and times what the living do. It is a hook of its own, so that a poll costs nothing while only lives are watched.
struct Polls;

pub(crate) static POLLS: Keeper = Keeper::new(|| AsyncHook::new(Polls));

impl Hook for Polls {
    fn before(&self, resource: &Resource) {
        let table = &*TABLE;
        if !running::enter(resource.async_id(), |id| table.get(id)) {
            table.count_unknown();
        }
    }

    fn after(&self, resource: &Resource) {
        running::leave(resource.async_id());
    }

    fn events(&self) -> Events {
        Events::BEFORE | Events::AFTER
    }
}
