//! The spans that this thread has made or entered lately, so that entering one again asks the registry nothing.
//!
//! A lookup in the registry and the lock of a span's data are four atomic read-modify-writes, which a future in a span would
//! pay at each of its polls.
//!
//! What is known must be forgotten when the span is closed, on whichever thread that is: the registry gives its id to
//! another span. So whoever ends a span's resource writes the resource's number into a table that all threads read:
//!
//! ```text
//!   remember    reads what stands in the table at the resource's place
//!   end         writes the resource's number there
//!   enter       finds what was read: has not ended
//!               finds anything else: this one, or another of its place, has ended; asks the registry
//! ```
//!
//! Numbers are never used again and each is written once, so what was read can not come back once the resource's own number
//! was written over it. Relaxed is enough. Who remembers a resource has it at hand, so the reading comes before its end; and
//! a new span of the same id is made after the end, so its first entering, on whichever thread, sees the writing or a later
//! one. No value is kept alive: what is known of a resource is a copy that owns nothing.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

use async_hooks_core::adapter::{self, Key, Known};
use async_hooks_core::{AsyncId, AsyncResource};

/// One a place; what shares a place with others is looked up more often.
static LAST_ENDED: [AtomicU64; PLACES] = [const { AtomicU64::new(0) }; PLACES];

/// As many as a thread draws ids at once, so that neighbours in time do not share one.
const PLACES: usize = 256;

/// Spans that are open at once have different slots in the registry, and so different low bits; more are looked up.
const KNOWN: usize = 16;

thread_local! {
    static KNOWN_HERE: [Slot; KNOWN] = const { [const { Slot::new() }; KNOWN] };
}

/// Field by field, since an entering looks at the first two and mostly needs no more.
struct Slot {
    key: Cell<Option<Key>>,
    last_ended: Cell<u64>,
    known: Cell<Option<Known>>,
}

/// Keeps in mind who the span is, which has this resource among its data or is about to.
#[inline]
pub(crate) fn remember(key: Key, resource: &AsyncResource) {
    KNOWN_HERE.with(|known| {
        let slot = &known[index(key)];
        slot.key.set(Some(key));
        slot.last_ended.set(place(resource.async_id()).load(Ordering::Relaxed));
        slot.known.set(Some(Known::of(resource)));
    });
}

/// Makes the span's resource the executing one, without word to hooks, if it is known and brings no values along.
#[inline]
pub(crate) fn enter(key: Key) -> bool {
    KNOWN_HERE.with(|known| {
        let slot = &known[index(key)];
        if slot.key.get() != Some(key) {
            return false;
        }
        let known = slot.known.get();
        known.is_some_and(|known| {
            place(known.async_id()).load(Ordering::Relaxed) == slot.last_ended.get()
                && adapter::enter_known(&known, key)
        })
    })
}

/// The span is closed, or has another resource from now on.
#[inline]
pub(crate) fn end(resource: AsyncId) {
    place(resource).store(resource.as_u64(), Ordering::Relaxed);
}

#[inline]
fn index(key: Key) -> usize {
    key.1 as usize % KNOWN
}

#[inline]
fn place(resource: AsyncId) -> &'static AtomicU64 {
    &LAST_ENDED[resource.as_u64() as usize % PLACES]
}

impl Slot {
    const fn new() -> Self {
        Slot { key: Cell::new(None), last_ended: Cell::new(0), known: Cell::new(None) }
    }
}
