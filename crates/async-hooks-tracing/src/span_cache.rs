//! The spans that this thread has created or entered lately.
//!
//! Entering one of them again needs no lookup in the registry.
//!
//! A lookup in the registry and the lock of a span's data are four atomic read-modify-writes, which a future in a span would
//! pay at each of its polls.
//!
//! A cached span must be forgotten when it is closed, on any thread: the registry gives its id to another span. `ended_spans`
//! says so. No value is kept alive: what is known of a resource is a copy that owns nothing.

use std::array;
use std::cell::{Cell, OnceCell};
use std::sync::atomic::AtomicU64;

use async_hooks_core::runtime::{self, EntryKey, SpanHandle};
use async_hooks_core::{AsyncId, AsyncResource};

use crate::ended_spans::EndedSpans;

static ENDED: EndedSpans<AtomicU64, PLACES> = EndedSpans::new();

/// As many as a thread draws ids at once, so that neighbours in time do not share one.
const PLACES: usize = 256;

/// Spans open at once have different slots in the registry, and so different low bits.
///
/// Of two spans with equal bits, the later is cached.
const KNOWN: usize = 64;

thread_local! {
    /// Made with a thread's first span, since most threads have none.
    static KNOWN_HERE: OnceCell<Box<[Slot; KNOWN]>> = const { OnceCell::new() };
}

/// Field by field, since an entering looks at the first two and mostly needs no more.
struct Slot {
    key: Cell<EntryKey>,
    last_ended: Cell<u64>,
    known: Cell<Option<SpanHandle>>,
}

/// No span has the id 0.
const NOBODY: EntryKey = EntryKey(0, 0);

/// Keeps in mind who the span is, which has this resource among its data or is about to.
#[inline]
pub(crate) fn remember(key: EntryKey, resource: &AsyncResource) {
    // A thread at its end looks up each time.
    let _ = KNOWN_HERE.try_with(|known| {
        if known.get().is_none() {
            make_slots(known);
        }
        let Some(slots) = known.get() else { return };
        let slot = &slots[index(key)];
        slot.key.set(key);
        slot.last_ended.set(ENDED.last(resource.async_id()));
        slot.known.set(Some(SpanHandle::of(resource)));
    });
}

/// They are there already when an allocator has entered a span meanwhile.
#[cold]
fn make_slots(known: &OnceCell<Box<[Slot; KNOWN]>>) {
    let empty = |_| Slot { key: Cell::new(NOBODY), last_ended: Cell::new(0), known: Cell::new(None) };
    let _ = known.set(Box::new(array::from_fn(empty)));
}

/// Enters the span's resource, if this thread knows the span and it brings no context here.
#[inline]
pub(crate) fn enter(key: EntryKey) -> bool {
    let entered = KNOWN_HERE.try_with(|known| {
        let slot = &known.get()?[index(key)];
        let known = slot.known.get().filter(|_| slot.key.get() == key)?;
        let is_alive = ENDED.last(known.async_id()) == slot.last_ended.get();
        Some(is_alive && runtime::enter_by_handle(&known, key))
    });
    matches!(entered, Ok(Some(true)))
}

/// The span is closed, or has another resource from now on.
#[inline]
pub(crate) fn end(resource: AsyncId) {
    ENDED.end(resource);
}

#[inline]
fn index(key: EntryKey) -> usize {
    key.1 as usize % KNOWN
}
