//! The interface for the adapters of this workspace.
//!
//! It is no part of the public API, and may change in any release.
//!
//! An adapter enters and leaves spans in any order ([`enter`], [`leave`]), and follows a task by the callbacks of its
//! runtime ([`TaskRecord`], [`end_poll`]). Adapters that see the same task agree on one resource for it ([`SpawnClaim`],
//! [`offer_task`]). An adapter whose resource outlives a future polls what comes after it as well ([`poll_in`]).

mod spawn_claim;

mod spawns_of_thread;

mod offered_task;

mod task;

mod entered;

mod poll;

mod staged;

mod task_future;

use std::any::Any;
use std::fmt;

use crate::hooks::dispatch;
use crate::hooks::events::Events;
use crate::hooks::list;
use crate::identity::id::AsyncId;
use crate::identity::location::Location;
use crate::identity::resource::Resource;
use crate::local::local::AsyncLocal;
use crate::panics;
use crate::resource::async_resource::AsyncResource;
use crate::resource::builder::AsyncResourceBuilder;

pub use crate::context::detaching::is_detached;
pub use crate::context::sink::{CapturedContext, ContextSink};
pub use crate::hooks::attribute::set_attributes;
pub use crate::identity::dependency::{dependency, path_from_crate};
pub use crate::identity::location::Site;
pub use crate::resource::scope::{begins_poll, ends_future};
pub use entered::{
    EntryKey, SpanHandle, begin_layer, emit_before, end_layer, enter, enter_by_handle, enter_driver, leave,
    leave_driver, leave_ended, leave_gone_layers, leave_resource, resource_below_spans,
};
pub use offered_task::{OfferedTask, offer_task};
pub use poll::{end_poll, finish_beginning, freeze_context, is_polling};
pub use spawn_claim::{SpawnClaim, claimed, take_claim};
pub use staged::{PolledResource, build_with, drop_in, poll_in, run_in};
pub use task::{OutsidePolls, TaskRecord, UnsentInit};
pub use task_future::TaskFuture;

/// The location of a place that `#[track_caller]` does not record. Its `Site` is never freed.
#[must_use]
pub const fn location(site: &'static Site) -> Location {
    Location::at_site(site)
}

/// Whether a subscriber has given this location: that of a span.
#[must_use]
pub const fn is_of_span(location: &Location) -> bool {
    location.is_site()
}

/// A number that is greater than the id of each resource that was created until now.
#[must_use]
pub fn id_bound() -> u64 {
    AsyncId::upper_bound()
}

/// Sets an id aside for a resource that is created later, by [`create_reserved`].
#[must_use]
pub fn reserve_id() -> AsyncId {
    AsyncId::reserve()
}

/// Runs what creates a resource: the first one gets the reserved id.
pub fn create_reserved<R>(id: AsyncId, create: impl FnOnce() -> R) -> R {
    id.create_reserved(create)
}

/// Makes spans leave the local alone: it stays with the executing resource.
///
/// The marker of a leak test is such a local.
#[must_use]
pub const fn stays_with_resource<T>(local: AsyncLocal<T>) -> AsyncLocal<T> {
    local.stays_with_resource()
}

/// Drops the payload of a panic of foreign code, after it has reported it if `is_first`.
pub fn contain_panic(is_first: bool, what: fmt::Arguments<'_>, payload: Box<dyn Any + Send>) {
    if is_first {
        panics::report(what, &*payload);
    }
    panics::discard(payload);
}

/// Creates the resource of a span.
///
/// A span attaches no foreign context while it is entered, so it captures none.
#[inline(always)]
#[must_use = "dropping a resource destroys it"]
pub fn build_span(builder: AsyncResourceBuilder) -> AsyncResource {
    builder.build_span()
}

/// Whether an enabled hook wants `wake`.
#[inline]
#[must_use]
pub fn wants_wakes() -> bool {
    list::is_wanted(Events::WAKE)
}

/// Whether an enabled hook wants `attribute`; if not, a caller can skip formatting the value.
#[inline]
#[must_use]
pub fn wants_attributes() -> bool {
    list::is_wanted(Events::ATTRIBUTE)
}

/// Sends `wake`: the resource `by` wakes `woken`. The caller holds no lock.
#[inline]
pub fn wake(woken: &Resource, by: Resource) {
    if wants_wakes() {
        dispatch::wake(woken, &by);
    }
}

/// The driver of a runtime, as the resource that wakes: the root, under this kind.
#[must_use]
pub const fn driver(kind: &'static str) -> Resource {
    Resource::root_as(kind)
}
