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
use crate::resource::lifecycle::Tracked;

/// Runs `f` inside a resource, from before its `before` to behind its `after`.
#[inline]
pub(crate) fn run_in<R>(tracked: &Tracked, context: &mut Mapping, f: impl FnOnce() -> R) -> R {
    run_silently_in(&tracked.resource, context, || {
        if is_wanted(Events::BEFORE) {
            before(tracked);
        }
        let _after = After(tracked);
        f()
    })
}

/// As [`run_in`], for a poll: `f` is told whether hooks are to hear of the wakes of what it polls.
#[inline]
pub(crate) fn poll_in<R>(tracked: &Tracked, context: &mut Mapping, f: impl FnOnce(bool) -> R) -> R {
    run_silently_in(&tracked.resource, context, || {
        let _after = After(tracked);
        // Both are asked at once, and the answer is not kept: a poll of which nobody wants to know anything pays nothing for
        // the second question.
        if is_wanted(Events::BEFORE | Events::WAKE) && begin_poll(tracked) { f(true) } else { f(false) }
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
pub(crate) fn resolve(tracked: &Tracked) {
    if is_wanted(Events::RESOLVE) && tracked.lifecycle.resolve_once() {
        send_resolve(tracked);
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

struct After<'a>(&'a Tracked);

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
fn before(tracked: &Tracked) {
    if !tracked.lifecycle.has_ended() {
        dispatch::before(&tracked.resource);
    }
}

#[inline]
fn begin_poll(tracked: &Tracked) -> bool {
    if is_wanted(Events::BEFORE) {
        before(tracked);
    }
    is_wanted(Events::WAKE) && watch(tracked)
}

/// Returns whether hooks receive the wakes of this poll.
#[inline(never)]
fn watch(tracked: &Tracked) -> bool {
    tracked.resource.is_observed() && tracked.lifecycle.watch()
}

#[inline(never)]
fn send_resolve(tracked: &Tracked) {
    dispatch::resolve(&tracked.resource);
}

#[inline(never)]
fn after(tracked: &Tracked) {
    if !tracked.lifecycle.has_ended() {
        dispatch::after(&tracked.resource);
    }
}
