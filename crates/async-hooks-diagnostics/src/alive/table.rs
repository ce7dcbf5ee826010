//! The table of living resources, kept by two hooks; the process has one.
//!
//! All registries, detectors and tests share it, so an `init` costs the same however many there are. Each sees what was created
//! since it was enabled, by the *generation* of every record.

use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use async_hooks_core::{AsyncHook, AsyncId, Events, Hook, Resource, execution_async_id, execution_async_resource};

use crate::alive::record::Record;
use crate::alive::shared_hook::{HookHandle, SharedHook};
use crate::alive::thread_scopes;
use crate::alive::trigger_chain::{Link, Trigger};
use crate::sync::{AtomicU32, IdMap, id_map};

/// The table of the process.
pub(crate) static TABLE: LazyLock<Table> =
    LazyLock::new(|| Table::new(|| AsyncHook::new(Lives), || AsyncHook::new(Polls)));

pub(crate) struct Table<R = Record, H = AsyncHook> {
    /// The hook that adds and removes records.
    pub(crate) lives: SharedHook<H>,
    /// The hook that counts and times scopes.
    ///
    /// It is separate, so that a poll costs nothing while only lives are watched.
    pub(crate) polls: SharedHook<H>,
    records: IdMap<Arc<R>>,
    generation: AtomicU32,
    /// The number of events of resources that were created before the table was kept.
    unknown: AtomicU64,
}

/// What a table keeps of a resource: a record, or one of a model.
pub(crate) trait Life {
    fn generation(&self) -> u32;
    /// The resource has ended, or nobody sees the record any more.
    fn end(&self);
}

/// How the owner of a watch refers to a table: to the one of the process by a reference.
pub(crate) trait TableRef: Deref<Target = Table<Self::Life, Self::Hook>> {
    type Life: Life;
    type Hook: HookHandle;
}

impl Life for Record {
    fn generation(&self) -> u32 {
        Record::generation(self)
    }

    fn end(&self) {
        Record::end(self);
    }
}

impl TableRef for &'static Table {
    type Life = Record;
    type Hook = AsyncHook;
}

impl<R: Life, H: HookHandle> Table<R, H> {
    pub(crate) fn new(lives: fn() -> H, polls: fn() -> H) -> Self {
        Table {
            lives: SharedHook::new(lives),
            polls: SharedHook::new(polls),
            records: id_map(),
            generation: AtomicU32::new(0),
            unknown: AtomicU64::new(0),
        }
    }

    /// Keeps a record of a resource that begins.
    pub(crate) fn add(&self, id: AsyncId, make: impl FnOnce(u32) -> Arc<R>) {
        // Acquire: a thread that sees a generation also sees the hook that was enabled for it, which receives the `destroy`.
        let record = make(self.generation.load(Ordering::Acquire));
        self.records.insert(id, record);
    }

    /// Removes the record of a resource that ends; false if there is none.
    pub(crate) fn remove(&self, id: AsyncId) -> bool {
        let removed = self.records.remove(&id);
        removed.iter().for_each(|(_, record)| record.end());
        removed.is_some()
    }

    /// Begins a generation: what is created from now on belongs to it.
    pub(crate) fn next_generation(&self) -> u32 {
        self.generation.fetch_add(1, Ordering::SeqCst) + 1
    }

    pub(crate) fn generation(&self) -> u32 {
        self.generation.load(Ordering::SeqCst)
    }

    pub(crate) fn get(&self, id: AsyncId) -> Option<Arc<R>> {
        self.records.get(&id).map(|record| Arc::clone(&record))
    }

    /// The chosen records of this generation and later ones, unordered.
    ///
    /// A shard is locked at a time. `is_chosen` must neither use the table nor run code of the program.
    pub(crate) fn records_since(&self, generation: u32, is_chosen: impl Fn(&R) -> bool) -> Vec<(AsyncId, Arc<R>)> {
        // Reserved at once, since growing step by step would happen while a shard is locked.
        let mut records = Vec::with_capacity(self.records.len());
        let recent = self.records.iter().filter(|record| record.generation() >= generation);
        let chosen = recent.filter(|record| is_chosen(record));
        records.extend(chosen.map(|record| (*record.key(), Arc::clone(record.value()))));
        records
    }

    /// The number of records of this generation and later ones.
    pub(crate) fn count_since(&self, generation: u32, is_chosen: impl Fn(&R) -> bool) -> usize {
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
}

impl Table {
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

struct Lives;

impl Hook for Lives {
    fn init(&self, resource: &Resource) {
        let table = &*TABLE;
        table.add(resource.async_id(), |generation| {
            let record = Arc::new(Record::new(*resource, table.trigger_of(resource), generation));
            if table.polls.is_wanted() {
                thread_scopes::expect(&record);
            }
            record
        });
    }

    fn destroy(&self, resource: &Resource) {
        let (table, id) = (&*TABLE, resource.async_id());
        if table.remove(id) {
            thread_scopes::forget(id);
        } else {
            table.count_unknown();
        }
    }

    fn events(&self) -> Events {
        Events::INIT | Events::DESTROY
    }
}

struct Polls;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alive::watch::Watch;
    use crate::tool::switch::Listen as _;
    use async_hooks_core::AsyncResource;
    use std::thread;
    use std::time::{Duration, Instant};

    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn a_table_that_forgets_gives_its_memory_back() {
        const RECORDS: u64 = 100_000;
        let table = Table::<Record>::new(|| AsyncHook::new(Lives), || AsyncHook::new(Polls));
        let resource = AsyncResource::new("kept").resource();
        for id in (1..=RECORDS).filter_map(AsyncId::from_u64) {
            table.add(id, |generation| Arc::new(Record::new(resource, Trigger::Unseen, generation)));
        }
        assert!(table.records.capacity() as u64 >= RECORDS);
        table.forget_until(table.generation());
        assert!((table.records.capacity() as u64) < RECORDS / 10);
    }

    /// Another test may hold a copy of the record for a moment, which it lists.
    #[test]
    fn a_record_is_dropped_when_its_resource_was_destroyed_on_the_thread_that_created_it() {
        let watch = Watch::lives_and_polls();
        watch.listen();
        let resource = AsyncResource::new("dropped");
        let record = TABLE.get(resource.async_id()).map(|record| Arc::downgrade(&record)).expect("it lives");
        resource.run_in_async_scope(|| ());
        assert!(record.strong_count() > 1, "the table has one, and this thread");
        drop(resource);
        let begin = Instant::now();
        while record.strong_count() > 0 && begin.elapsed() < PATIENCE {
            thread::yield_now();
        }
        assert_eq!(record.strong_count(), 0);
    }
}
