//! Levels: contexts that are entered on a thread and left in the opposite order.
//!
//! ```text
//!   enter_resource    ids in, context in
//!   enter_context              context in
//!   …                                        spans entered here belong to the level
//!   leave_…           what was entered here and not left ends; context out, ids out; what was left here
//!                     and belongs further out is handed on
//! ```
//!
//! The usual way out is one comparison and two exchanges. No guard is handed out: it would be moved on its way, and on every poll
//! take along what it is to restore.

use std::mem;

use crate::context::current;
use crate::context::depth::Depth;
use crate::context::entered::{self, Level};
use crate::context::mapping::Mapping;
use crate::context::sink::ContextSink;
use crate::context::snapshot_call::{CallNumber, SnapshotCall};
use crate::identity::execution;
use crate::identity::resource::Resource;

/// Brings a context, and keeps the one around it in its place.
#[inline]
pub(crate) fn enter_context(mapping: &mut Mapping) {
    current::with(|current| {
        current.depth.set(current.depth.get().in_context());
        current.swap(mapping);
    });
}

/// Undoes [`enter_context`].
#[inline]
pub(crate) fn leave_context(mapping: &mut Mapping) {
    current::with(|current| {
        if current.watch.is_set() {
            *mapping = leave_watched_context(current.call.get(), mem::take(mapping));
            return;
        }
        current.depth.set(current.depth.get().out_of_context());
        current.swap(mapping);
    });
}

/// As [`enter_context`], for what a snapshot brings: nobody has set that here.
///
/// Returns the call around.
#[inline]
pub(crate) fn enter_snapshot(number: CallNumber, mapping: &mut Mapping) -> SnapshotCall {
    current::with(|current| {
        let depth = current.depth.get();
        current.depth.set(depth.in_context());
        current.swap(mapping);
        current.call.replace(SnapshotCall::at(depth, number))
    })
}

/// Undoes [`enter_snapshot`]. Returns the number of the call, if that was drawn.
#[inline]
pub(crate) fn leave_snapshot(around: SnapshotCall, mapping: &mut Mapping) -> CallNumber {
    current::with(|current| {
        let call = current.call.get();
        if current.watch.is_set() {
            *mapping = leave_watched_context(around, mem::take(mapping));
        } else {
            current.depth.set(current.depth.get().out_of_context());
            current.call.set(around);
            current.swap(mapping);
        }
        call.number()
    })
}

/// Brings a resource: its ids and its context. Returns what executed before.
#[inline]
pub(crate) fn enter_resource(resource: &Resource, mapping: &mut Mapping) -> Resource {
    let previous = execution::replace(*resource);
    current::with(|current| {
        current.depth.set(current.depth.get().in_resource());
        current.swap(mapping);
    });
    previous
}

/// As [`enter_resource`], where the caller has swapped the ids already.
///
/// Persistent changes of a task go to its sink.
#[inline]
pub(crate) fn enter_polled(mapping: &mut Mapping, sink: ContextSink) {
    current::with(|current| {
        let depth = current.depth.get().in_resource();
        current.depth.set(depth);
        current.swap(mapping);
        current.sink.open(sink, depth);
    });
}

/// Undoes [`enter_resource`], and [`enter_polled`].
#[inline]
pub(crate) fn leave_resource(previous: &Resource, mapping: &mut Mapping) {
    current::with(|current| {
        if current.watch.is_set() {
            *mapping = leave_watched_resource(previous, mem::take(mapping));
            return;
        }
        current.depth.set(current.depth.get().out_of_resource());
        current.swap(mapping);
        execution::set(*previous);
    });
}

/// Something is entered on this thread, mostly outside of the level.
///
/// By value, so that nothing lies in memory on the usual way.
#[inline(never)]
fn leave_watched_context(around: SnapshotCall, mapping: Mapping) -> Mapping {
    detach();
    let depth = current::with(|current| current.depth.get());
    let is_concerned = end_what_was_entered(Level::Context);
    let mapping = leave_for(depth.out_of_context(), around, mapping);
    if is_concerned {
        entered::settle();
    }
    mapping
}

#[inline(never)]
fn leave_watched_resource(previous: &Resource, mapping: Mapping) -> Mapping {
    detach();
    let (depth, call) = current::with(|current| (current.depth.get(), current.call.get()));
    let is_concerned = end_what_was_entered(Level::Resource);
    let mapping = leave_for(depth.out_of_resource(), call, mapping);
    execution::set(*previous);
    if is_concerned {
        entered::settle();
    }
    mapping
}

/// Detaches the foreign contexts that were attached for the level.
fn detach() {
    if current::with(|current| current.watch.has_attached()) {
        entered::detach();
    }
}

/// Returns whether something was entered in the level, or waits for the one around.
fn end_what_was_entered(level: Level) -> bool {
    let is_concerned = current::with(|current| current.watch.is_for_leaving(current.depth.get()));
    if is_concerned {
        entered::end_level(level);
    }
    is_concerned
}

fn leave_for(depth: Depth, call: SnapshotCall, mut mapping: Mapping) -> Mapping {
    current::with(|current| {
        current.depth.set(depth);
        current.call.set(call);
        current.swap(&mut mapping);
    });
    mapping
}
