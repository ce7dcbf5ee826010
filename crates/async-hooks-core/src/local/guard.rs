//! The guard of `AsyncLocal::enter`.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;

use crate::context::entered::entry::GuardEnd;
use crate::context::mapping::node::Key;
use crate::context::setting;

/// Keeps a local set; dropping it restores the previous value.
///
/// Returned by [`AsyncLocal::enter`](crate::AsyncLocal::enter). Its drop also ends the guards of the same local that
/// were entered after it; their own drop then does nothing.
///
/// A guard belongs to the context in which it was entered. If it is dropped inside another scope, it ends in its own
/// context, when the thread is back there. If it is dropped after its own scope has ended, where another resource
/// executes, it does nothing.
///
/// Node: what [`withScope(store)`](https://nodejs.org/api/async_context.html#class-asynclocalstorage) returns.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncLocal, AsyncResource};
///
/// static USER: AsyncLocal<&str> = AsyncLocal::new();
///
/// let guard = USER.enter("alice");
/// AsyncResource::new("job").run_in_async_scope(|| {
///     drop(guard);
///     assert_eq!(USER.get().as_deref(), Some(&"alice"), "the job captured it");
/// });
/// assert_eq!(USER.get(), None);
/// ```
#[must_use = "the value is unset when the guard is dropped"]
pub struct AsyncLocalGuard<'a, T> {
    local: PhantomData<&'a T>,
    /// The guard ends in a context of its own thread.
    not_send: PhantomData<*const ()>,
    end: GuardEnd,
}

impl<T: Send + Sync + 'static> AsyncLocalGuard<'_, T> {
    #[track_caller]
    pub(crate) fn enter(key: Key, value: Arc<dyn Any + Send + Sync>) -> Self {
        let end = setting::enter_guard(Location::caller(), key, value);
        AsyncLocalGuard { local: PhantomData, not_send: PhantomData, end }
    }
}

impl<T> Drop for AsyncLocalGuard<'_, T> {
    fn drop(&mut self) {
        setting::end_guard(self.end);
    }
}

impl<T> fmt::Debug for AsyncLocalGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncLocalGuard").field("serial", &self.end.serial).finish_non_exhaustive()
    }
}
