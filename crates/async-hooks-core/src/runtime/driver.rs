//! What a runtime does between polls: it waits for timers and for the system, and wakes whom they concern.
//!
//! That is nobody's task, so it executes as the root, but under a kind of its own: who is woken by it can tell.

use std::cell::Cell;

use crate::identity::execution;
use crate::identity::resource::Resource;

thread_local! {
    /// What executes when the driver is left; `None` outside of it.
    static OUTSIDE: Cell<Option<Resource>> = const { Cell::new(None) };
}

/// The runtime begins to drive on this thread; `kind` says so.
pub fn enter_driver(kind: &'static str) {
    if OUTSIDE.get().is_none() {
        OUTSIDE.set(Some(execution::replace(Resource::root_as(kind))));
    }
}

/// The runtime drives no more.
pub fn leave_driver() {
    if let Some(outside) = OUTSIDE.take() {
        execution::set(outside);
    }
}
