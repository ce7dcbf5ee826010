//! Levels: contexts that something brings to the thread and takes off again in the opposite order.
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
use crate::context::entered::{self, Level};
use crate::context::mapping::Mapping;
use crate::context::sink::ContextSink;
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
        if current.watch.has_entries() {
            *mapping = leave_watched(Level::Context, mem::take(mapping));
            return;
        }
        current.depth.set(current.depth.get().out_of_context());
        current.swap(mapping);
    });
}

/// As [`enter_context`], for what a snapshot brings: nobody has set that here.
#[inline]
pub(crate) fn enter_snapshot(mapping: &mut Mapping) {
    current::with(|current| {
        current.depth.set(current.depth.get().in_snapshot());
        current.swap(mapping);
    });
}

/// Undoes [`enter_snapshot`].
#[inline]
pub(crate) fn leave_snapshot(mapping: &mut Mapping) {
    current::with(|current| {
        if current.watch.has_entries() {
            *mapping = leave_watched(Level::Snapshot, mem::take(mapping));
            return;
        }
        current.depth.set(current.depth.get().out_of_snapshot());
        current.swap(mapping);
    });
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

/// As [`enter_resource`], where the caller has exchanged ids already, and what a task changes to stay goes to its sink.
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
        if current.watch.has_entries() {
            *mapping = leave_watched_resource(previous, mem::take(mapping));
            return;
        }
        current.depth.set(current.depth.get().out_of_resource());
        current.swap(mapping);
        execution::set(*previous);
    });
}

/// Something is entered on this thread, mostly outside of the level. By value, so that nothing lies in memory on the usual way.
#[inline(never)]
fn leave_watched(level: Level, mut mapping: Mapping) -> Mapping {
    let depth = current::with(|current| current.depth.get());
    let is_concerned = current::with(|current| current.watch.is_for_leaving(depth));
    if is_concerned {
        entered::end_level(level);
    }
    let around = match level {
        Level::Resource => depth.out_of_resource(),
        Level::Context => depth.out_of_context(),
        Level::Snapshot => depth.out_of_snapshot(),
    };
    current::with(|current| current.depth.set(around));
    current::swap(&mut mapping);
    if is_concerned && level != Level::Resource {
        entered::settle();
    }
    mapping
}

#[inline(never)]
fn leave_watched_resource(previous: &Resource, mapping: Mapping) -> Mapping {
    let is_concerned = current::with(|current| current.watch.is_for_leaving(current.depth.get()));
    let mapping = leave_watched(Level::Resource, mapping);
    execution::set(*previous);
    if is_concerned {
        entered::settle();
    }
    mapping
}
