//! The resource that this thread executes at the moment.
//!
//! It is a copy in a thread-local without a destructor, so it can be read everywhere: in thread-local destructors and
//! panic hooks, and during unwinding.

use std::cell::Cell;

use crate::identity::id::AsyncId;
use crate::identity::resource::{Ids, Resource};

thread_local! {
    static EXECUTING: Cell<Resource> = const { Cell::new(Resource::ROOT) };
}

/// Returns the id of the resource on whose behalf this code runs.
///
/// Outside any resource it is [`AsyncId::ROOT`], on every thread. Write the id into log lines, or use it as a key for
/// data of the running task. The call costs one thread-local read, needs no hook, and works everywhere, also in
/// thread-local destructors and panic hooks.
///
/// Node: [`executionAsyncId()`](https://nodejs.org/api/async_hooks.html#async_hooksexecutionasyncid).
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncId, AsyncResource, execution_async_id};
///
/// assert_eq!(execution_async_id(), AsyncId::ROOT);
/// let query = AsyncResource::new("query");
/// assert_eq!(query.run_in_async_scope(execution_async_id), query.async_id());
/// ```
#[inline]
#[must_use]
pub fn execution_async_id() -> AsyncId {
    EXECUTING.with(|executing| executing.get().async_id())
}

/// Returns the id of the resource that caused the executing one; `None` outside any resource.
///
/// Write it into log lines next to [`execution_async_id`], to follow an operation back to its cause.
///
/// Node: [`triggerAsyncId()`](https://nodejs.org/api/async_hooks.html#async_hookstriggerasyncid), which returns 0 for
/// none.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncId, AsyncResource, trigger_async_id};
///
/// assert_eq!(trigger_async_id(), None);
/// let query = AsyncResource::new("query");
/// assert_eq!(query.run_in_async_scope(trigger_async_id), Some(AsyncId::ROOT));
/// ```
#[inline]
#[must_use]
pub fn trigger_async_id() -> Option<AsyncId> {
    EXECUTING.with(|executing| executing.get().trigger_async_id())
}

/// Returns the description of the executing resource: its ids, kind and location.
///
/// Use it where an id is not enough, such as in an error report that says which line created the running task. Outside
/// any resource it describes the root, whose kind is `"root"`.
///
/// Node: [`executionAsyncResource()`](https://nodejs.org/api/async_hooks.html#async_hooksexecutionasyncresource).
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncResource, execution_async_resource};
///
/// assert_eq!(execution_async_resource().kind(), "root");
/// AsyncResource::new("query").run_in_async_scope(|| {
///     assert_eq!(execution_async_resource().kind(), "query");
/// });
/// ```
#[inline]
#[must_use]
pub fn execution_async_resource() -> Resource {
    executing()
}

#[inline]
pub(crate) fn executing() -> Resource {
    EXECUTING.get()
}

/// Runs `f` with the executing resource.
#[inline]
pub(crate) fn with_executing<R>(f: impl FnOnce(&Resource) -> R) -> R {
    EXECUTING.with(|executing| f(&executing.get()))
}

/// Returns what a new resource needs of its creator: the id, and whether hooks observe it.
#[inline]
pub(crate) fn creator() -> Ids {
    EXECUTING.with(|executing| executing.get().ids())
}

/// Whether the executing resource is the trigger of this one.
#[inline]
pub(crate) fn is_trigger_of(resource: &Resource) -> bool {
    EXECUTING.with(|executing| executing.get().is_trigger_of(resource))
}

/// Makes `resource` the executing one. The caller has kept the previous one.
#[inline]
pub(crate) fn set(resource: Resource) {
    EXECUTING.set(resource);
}

/// Makes `resource` the executing one and returns the previous one for the caller to restore.
#[inline]
pub(crate) fn replace(resource: Resource) -> Resource {
    let mut previous = Resource::ROOT;
    // Assigned inside the closure: a returned value would keep the check for a destroyed thread-local, and this one has
    // no destructor.
    EXECUTING.with(|executing| previous = executing.replace(resource));
    previous
}

/// Another number for each resource that executes.
#[inline]
pub(crate) fn identity_bits() -> u64 {
    with_executing(Resource::identity_bits)
}
