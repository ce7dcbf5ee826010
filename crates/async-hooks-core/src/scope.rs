//! Entering and leaving a resource: ids and context go in together, `before` and `after` are sent between them.
//!
//! ```text
//!   enter   ids in, context in, before
//!           … the poll, or the call …
//!   leave   after, context out, ids out        also by a panic
//! ```

use std::sync::atomic::{AtomicU8, Ordering};

use crate::context::current;
use crate::context::mapping::Mapping;
use crate::hooks::dispatch;
use crate::hooks::events::Events;
use crate::hooks::list::is_wanted;
use crate::identity::execution;
use crate::identity::resource::Resource;

/// A resource, and what has become of it: all that an event is about.
pub(crate) struct Living {
    pub(crate) resource: Resource,
    pub(crate) lifecycle: Lifecycle,
}

/// What has become of a resource, told apart by bits.
///
/// `MANUAL`: dropping sends no destroy; set at creation only. `ENDED`: destroy was sent, so no event is sent any more;
/// never unset. `RESOLVED`: resolve was sent; never unset. `ADOPTED`: another sends its events; only with `ENDED`.
/// `WATCHED`: was polled with a waker that tells hooks, which must hear of its end; never unset. `TASK`: a runtime owns its
/// future, and does not poll it again when it is done; set at creation only.
#[derive(Default)]
pub(crate) struct Lifecycle(AtomicU8);

impl Lifecycle {
    pub(crate) const MANUAL: u8 = 1;
    pub(crate) const ENDED: u8 = 1 << 1;
    pub(crate) const RESOLVED: u8 = 1 << 2;
    pub(crate) const ADOPTED: u8 = 1 << 3;
    pub(crate) const WATCHED: u8 = 1 << 4;
    pub(crate) const TASK: u8 = 1 << 5;

    #[inline]
    pub(crate) const fn new(bits: u8) -> Self {
        Lifecycle(AtomicU8::new(bits))
    }

    #[inline]
    pub(crate) fn is(&self, bit: u8) -> bool {
        self.0.load(Ordering::Relaxed) & bit != 0
    }

    /// Sets the bit and says whether this call was the first to do so.
    #[inline]
    pub(crate) fn set_first(&self, bit: u8) -> bool {
        self.0.fetch_or(bit, Ordering::AcqRel) & bit == 0
    }

    /// Sets the bit for the only owner, without an atomic read-modify-write, and says what was set before.
    #[inline]
    pub(crate) fn set_mut(&mut self, bit: u8) -> u8 {
        let bits = self.0.get_mut();
        let before = *bits;
        *bits |= bit;
        before
    }
}

/// Runs `f` inside a resource, from before its `before` to behind its `after`.
#[inline]
pub(crate) fn run_in<R>(living: &Living, context: &mut Mapping, f: impl FnOnce() -> R) -> R {
    run_silently_in(&living.resource, context, || {
        if is_wanted(Events::BEFORE) {
            before(living);
        }
        let _after = After(living);
        f()
    })
}

/// As [`run_in`], for a poll: `f` is told whether hooks are to hear of the wakes of what it polls.
#[inline]
pub(crate) fn poll_in<R>(living: &Living, context: &mut Mapping, f: impl FnOnce(bool) -> R) -> R {
    run_silently_in(&living.resource, context, || {
        let _after = After(living);
        // Both are asked at once, and the answer is not kept: a poll of which nobody wants to know anything pays nothing for
        // the second question.
        if is_wanted(Events::BEFORE | Events::WAKE) && begin_poll(living) { f(true) } else { f(false) }
    })
}

/// Runs `f` inside a resource: its ids and its context are the thread's. Sends nothing.
///
/// No guard is handed out: it would be moved on its way, and on every poll take along what it is to restore. And it is always
/// inlined: called, it takes what `f` captures through memory.
#[inline(always)]
pub(crate) fn run_silently_in<R>(resource: &Resource, context: &mut Mapping, f: impl FnOnce() -> R) -> R {
    let previous = execution::replace(*resource);
    current::enter(context);
    let _leave = Leave { context, previous: &previous };
    f()
}

/// Sends `resolve`, once in the resource's life.
#[inline]
pub(crate) fn resolve(living: &Living) {
    if is_wanted(Events::RESOLVE) && living.lifecycle.set_first(Lifecycle::RESOLVED) {
        send_resolve(living);
    }
}

struct Leave<'a> {
    /// What the thread had, while the thread has the resource's.
    context: &'a mut Mapping,
    previous: &'a Resource,
}

impl Drop for Leave<'_> {
    #[inline]
    fn drop(&mut self) {
        current::leave(self.context);
        execution::replace(*self.previous);
    }
}

struct After<'a>(&'a Living);

impl Drop for After<'_> {
    #[inline]
    fn drop(&mut self) {
        if is_wanted(Events::AFTER) {
            after(self.0);
        }
    }
}

// Functions of their own, so that the path without hooks is short enough to be inlined into every poll.

#[inline(never)]
fn before(living: &Living) {
    if !living.lifecycle.is(Lifecycle::ENDED) {
        dispatch::before(&living.resource);
    }
}

#[inline]
fn begin_poll(living: &Living) -> bool {
    if is_wanted(Events::BEFORE) {
        before(living);
    }
    is_wanted(Events::WAKE) && watch(living)
}

/// Says whether hooks are to hear of the wakes of this one, which it then remembers.
#[inline(never)]
fn watch(living: &Living) -> bool {
    let is_watched = living.resource.is_observed() && !living.lifecycle.is(Lifecycle::ENDED);
    if is_watched && !living.lifecycle.is(Lifecycle::WATCHED) {
        living.lifecycle.set_first(Lifecycle::WATCHED);
    }
    is_watched
}

#[inline(never)]
fn send_resolve(living: &Living) {
    if !living.lifecycle.is(Lifecycle::ENDED) {
        dispatch::resolve(&living.resource);
    }
}

#[inline(never)]
fn after(living: &Living) {
    if !living.lifecycle.is(Lifecycle::ENDED) {
        dispatch::after(&living.resource);
    }
}
