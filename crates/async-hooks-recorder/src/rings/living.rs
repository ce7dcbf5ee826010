//! The table of the living: what is kept of each resource until it ends.

use std::mem::size_of;
use std::sync::Arc;

use async_hooks_core::AsyncId;
use async_hooks_tools::{IdMap, id_map};

use crate::rings::word::{self, TRIGGER_BITS, Tag, UNKNOWN};
use crate::rings::writer::Writer;
use crate::time::timestamp::Timestamp;

/// What is kept of a living resource. The rest of its life is in the rings.
#[derive(Clone, Debug)]
pub(crate) struct Living {
    /// Since the clock's start, or [`UNKNOWN`].
    pub(crate) start: u64,
    /// The id of the trigger; 0 for none.
    pub(crate) trigger: u64,
    pub(crate) site: u32,
    /// The number of the thread that created it; 0 if it is unknown.
    pub(crate) thread: u32,
    pub(crate) label: Option<Arc<str>>,
}

impl Living {
    /// Whether it had begun at this time.
    pub(crate) fn was_alive_at(&self, time: u64) -> bool {
        self.start == UNKNOWN || self.start <= time
    }

    /// Writes the end of the resource, with all that is known of it.
    pub(crate) fn write_end(&self, now: u64, writer: &mut Writer, id: AsyncId) -> bool {
        let label = self.label.as_deref().map(str::as_bytes);
        let length = label.map_or(0, |label| label.len() as u64 + 1);
        let label = label.unwrap_or_default();
        writer.open_event(now, Tag::Destroy, id.as_u64(), 4 + word::words_of(label.len())) && {
            writer.put(length << TRIGGER_BITS | self.trigger);
            writer.put(self.start);
            writer.put(word::halves(self.site, self.thread));
            writer.put_text(label);
            // The end, and the beginning, which is not written anywhere else.
            writer.complete(1 + u32::from(self.start != UNKNOWN))
        }
    }
}

pub(crate) struct LivingTable(IdMap<Living>);

impl LivingTable {
    pub(crate) fn new() -> LivingTable {
        LivingTable(id_map())
    }

    pub(crate) fn insert(&self, id: AsyncId, living: Living) {
        self.0.insert(id, living);
    }

    /// Inserts a resource that was created before the recorder was enabled, unless it is known.
    pub(crate) fn insert_early(&self, id: AsyncId, living: impl FnOnce() -> Living) {
        self.0.entry(id).or_insert_with(living);
    }

    /// Removes a resource after `write` has written its end.
    ///
    /// Its shard is locked meanwhile, so that a reader finds it here or in the rings. `write` uses no table.
    pub(crate) fn remove<R>(&self, id: AsyncId, write: impl Fn(Option<&Living>) -> R) -> R {
        let mut written = None;
        self.0.remove_if(&id, |_, living| {
            written = Some(write(Some(living)));
            true
        });
        written.unwrap_or_else(|| write(None))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn clear(&self) {
        self.0.clear();
        self.0.shrink_to_fit();
    }

    /// A copy of those that began since; of all, if that is [`Timestamp::MIN`].
    ///
    /// A shard is locked at a time.
    pub(crate) fn copy_since(&self, since: Timestamp) -> Vec<(AsyncId, Living)> {
        let is_all = since == Timestamp::MIN;
        let began_since = |start| start != UNKNOWN && Timestamp::from_ticks(start) >= since;
        let mut copy = Vec::with_capacity(if is_all { self.0.len() } else { 0 });
        let copied = self.0.iter().filter(|living| is_all || began_since(living.start));
        copy.extend(copied.map(|living| (*living.key(), living.value().clone())));
        copy
    }

    pub(crate) fn get(&self, id: AsyncId) -> Option<Living> {
        self.0.get(&id).map(|living| living.value().clone())
    }

    /// The memory that it takes, labels included.
    pub(crate) fn bytes(&self) -> usize {
        let labels: usize = self.0.iter().filter_map(|living| living.label.as_ref().map(|label| label.len())).sum();
        self.0.capacity() * (size_of::<(AsyncId, Living)>() + 1) + labels
    }
}
