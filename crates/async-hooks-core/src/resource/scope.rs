//! The scope of a resource: a poll or a call with its ids and its context.
//!
//! ```text
//!   enter   ids in, context in, foreign contexts attached, before
//!           … the poll, or the call …
//!   leave   after, foreign contexts detached, context out, ids out        also during unwinding
//! ```

use crate::context::current;
use crate::context::foreign::captured;
use crate::context::level;
use crate::context::mapping::Mapping;
use crate::hooks::dispatch::{self, is_wanted_of};
use crate::hooks::events::Events;
use crate::hooks::list::is_wanted;
use crate::identity::resource::Resource;
use crate::resource::lifecycle::Tracked;

/// Whether the `before` that this thread delivers begins a poll; otherwise it begins a call.
#[inline]
#[must_use]
pub fn begins_poll() -> bool {
    current::with(|current| current.is_of_future.get())
}

/// Whether the `destroy` that this thread delivers is that of a future.
///
/// It is dropped with its resource. One that had resolved is a future, too. False for a task that only its runtime reports.
#[inline]
#[must_use]
pub fn ends_future() -> bool {
    current::with(|current| current.is_of_future.get())
}

/// Delivers the `before` of a poll.
#[inline]
pub(crate) fn as_poll(deliver: impl FnOnce()) {
    as_future(true, deliver);
}

/// Delivers an event that is, or is not, of a future.
#[inline]
pub(crate) fn as_future(is_future: bool, deliver: impl FnOnce()) {
    current::with(|current| current.is_of_future.set(is_future));
    deliver();
    current::with(|current| current.is_of_future.set(false));
}

/// Runs `f` in the scope of a resource, and sends `before` and `after`.
#[inline]
pub(crate) fn run_in<R>(tracked: &Tracked, context: &mut Mapping, f: impl FnOnce() -> R) -> R {
    run_silently_in(&tracked.resource, context, || {
        if is_wanted_of(Events::BEFORE, &tracked.resource) {
            before(tracked);
        }
        let _after = After(tracked);
        f()
    })
}

/// Like [`run_in`], for a poll: `f` receives whether hooks want the wakes of what it polls.
#[inline]
pub(crate) fn poll_in<R>(tracked: &Tracked, context: &mut Mapping, f: impl FnOnce(bool) -> R) -> R {
    run_silently_in(&tracked.resource, context, || {
        let _after = After(tracked);
        // One test for both events, so that a poll that no hook observes pays for one. Each branch calls `f`, so that
        // the answer is a constant and no flag is kept.
        if is_wanted_of(Events::BEFORE | Events::WAKE, &tracked.resource) && begin_poll(tracked) {
            f(true)
        } else {
            f(false)
        }
    })
}

/// Runs `f` in the scope of a resource: the thread has its ids and its context.
///
/// Sends nothing.
///
/// It returns no guard, because a move of the guard would copy what it restores, on every poll. It is always inlined,
/// because a call would pass the captures of `f` through memory.
#[inline(always)]
pub(crate) fn run_silently_in<R>(resource: &Resource, context: &mut Mapping, f: impl FnOnce() -> R) -> R {
    let previous = level::enter_resource(resource, context);
    // Before the guard is made, since it never unwinds: a guard around a call lies in memory.
    captured::attach();
    let _leave = Leave { context, previous: &previous };
    f()
}

/// Sends `resolve`, at most once for each resource.
#[inline]
pub(crate) fn resolve(tracked: &Tracked) {
    if is_wanted_of(Events::RESOLVE, &tracked.resource) && tracked.lifecycle.resolve_once() {
        send_resolve(tracked);
    }
}

/// Leaves the resource on drop.
struct Leave<'a> {
    /// The context that the thread had before; the resource's own once it is left.
    context: &'a mut Mapping,
    /// The resource that executed before.
    previous: &'a Resource,
}

impl Drop for Leave<'_> {
    #[inline]
    fn drop(&mut self) {
        level::leave_resource(self.previous, self.context);
    }
}

/// Sends `after` on drop.
struct After<'a>(&'a Tracked);

impl Drop for After<'_> {
    #[inline]
    fn drop(&mut self) {
        if is_wanted_of(Events::AFTER, &self.0.resource) {
            after(self.0);
        }
    }
}

// Separate functions, so that the path without hooks is short enough to be inlined into every poll.

#[inline(never)]
fn before(tracked: &Tracked) {
    if !tracked.lifecycle.has_ended() {
        dispatch::before(&tracked.resource);
    }
}

/// For a resource of which a hook may want one of both events.
///
/// Which hook wants which is found out behind the calls.
#[inline]
fn begin_poll(tracked: &Tracked) -> bool {
    if is_wanted(Events::BEFORE) {
        as_poll(|| before(tracked));
    }
    is_wanted(Events::WAKE) && watch(tracked)
}

/// Returns whether hooks receive the wakes of this poll.
#[inline(never)]
fn watch(tracked: &Tracked) -> bool {
    is_wanted_of(Events::WAKE, &tracked.resource) && tracked.resource.is_observed() && tracked.lifecycle.watch()
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
