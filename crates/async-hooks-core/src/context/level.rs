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

use crate::context::current::{self, Current};
use crate::context::entered;
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
        let depth = current.depth.get();
        if current.watch.is_for_leaving(depth) {
            return leave_watched_context(mapping);
        }
        current.depth.set(depth.out_of_context());
        current.swap(mapping);
    });
}

#[cold]
fn leave_watched_context(mapping: &mut Mapping) {
    entered::end_level(true);
    current::with(|current| current.depth.set(current.depth.get().out_of_context()));
    current::swap(mapping);
    entered::settle();
}

/// As [`enter_context`], for what a snapshot brings: nobody has set that here. Returns what the level around it needs.
#[inline]
pub(crate) fn enter_snapshot(mapping: &mut Mapping) -> u64 {
    enter_context(mapping);
    current::with(|current| current.watch.enter_snapshot(current.depth.get()))
}

/// Undoes [`enter_snapshot`].
#[inline]
pub(crate) fn leave_snapshot(mapping: &mut Mapping, outer: u64) {
    current::with(|current| current.watch.leave_snapshot(outer));
    leave_context(mapping);
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
        let depth = current.depth.get();
        if current.watch.is_for_leaving(depth) {
            return leave_watched_resource(current, previous, mapping);
        }
        current.depth.set(depth.out_of_resource());
        current.swap(mapping);
        execution::set(*previous);
    });
}

#[cold]
fn leave_watched_resource(current: &Current, previous: &Resource, mapping: &mut Mapping) {
    entered::end_level(false);
    current.depth.set(current.depth.get().out_of_resource());
    current.swap(mapping);
    execution::set(*previous);
    entered::settle();
}
