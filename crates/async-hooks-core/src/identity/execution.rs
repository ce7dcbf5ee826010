//! Which resource this thread executes on behalf of, at this moment.
//!
//! The answer is a copy in a thread-local without a destructor: it can be read anywhere, thread-local destructors, panic
//! hooks and unwinding included.

use std::cell::Cell;

use crate::identity::id::AsyncId;
use crate::identity::resource::Resource;

thread_local! {
    static EXECUTING: Cell<Resource> = const { Cell::new(Resource::ROOT) };
}

/// The id of the resource this line runs on behalf of; [`AsyncId::ROOT`] outside any resource, on every thread.
///
/// Put it into log lines, and use it as the key of what belongs to the running task. It costs one thread-local read,
/// needs no hook, and answers everywhere.
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

/// The id of whoever caused the executing resource; `None` outside any resource.
///
/// Node: [`triggerAsyncId()`](https://nodejs.org/api/async_hooks.html#async_hookstriggerasyncid), which says 0 for none.
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

/// All that is known of the executing resource: ids, kind and the line that created it; kind `"root"` outside.
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

/// What a new resource wants to know of its creator: the id, and whether hooks hear of it.
#[inline]
pub(crate) fn creator() -> (AsyncId, bool) {
    EXECUTING.with(|executing| (executing.get().async_id(), executing.get().is_observed()))
}

/// Whether the executing resource is the trigger of this one.
#[inline]
pub(crate) fn is_trigger_of(resource: &Resource) -> bool {
    EXECUTING.with(|executing| executing.get().is_trigger_of(resource))
}

/// Makes `resource` the executing one; the caller has noted which one was.
#[inline]
pub(crate) fn set(resource: Resource) {
    EXECUTING.set(resource);
}

/// Makes `resource` the executing one and says which one was; the caller puts that back when it is done.
#[inline]
pub(crate) fn replace(resource: Resource) -> Resource {
    let mut previous = Resource::ROOT;
    // Written from inside: handing it out would leave a check behind for a thread-local that is gone, which this never is.
    EXECUTING.with(|executing| previous = executing.replace(resource));
    previous
}
