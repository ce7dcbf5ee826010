//! Entering and leaving a resource: ids and context go in together, `before` and `after` are sent between them.
//!
//! ```text
//!   enter   ids in, context in, before
//!           … the poll, or the call …
//!   leave   after, context out, ids out        also by a panic
//! ```

use crate::context::level;
use crate::context::mapping::Mapping;
use crate::hooks::dispatch;
use crate::hooks::events::Events;
use crate::hooks::list::is_wanted;
use crate::identity::resource::Resource;
use crate::resource::lifecycle::{Lifecycle, Living};

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
    let previous = level::enter_resource(resource, context);
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
        level::leave_resource(self.previous, self.context);
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
