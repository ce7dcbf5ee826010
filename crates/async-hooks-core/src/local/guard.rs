//! The guard of `AsyncLocal::enter`.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;

use crate::context::entered::entry::GuardEnd;
use crate::context::mapping::node::Key;
use crate::context::setting;

/// Ends what [`AsyncLocal::enter`](crate::AsyncLocal::enter) began when it is dropped.
///
/// Dropping a guard puts the local back to what it was before it, and so ends the guards of this local that were entered
/// after it; their own drop then does nothing, as does a guard that is dropped where another resource executes.
#[must_use = "the value is unset when the guard is dropped"]
pub struct LocalGuard<'a, T: Send + Sync + 'static> {
    local: PhantomData<&'a T>,
    /// Guards belong to the thread and the context they were made in.
    not_send: PhantomData<*const ()>,
    end: GuardEnd,
}

impl<T: Send + Sync + 'static> LocalGuard<'_, T> {
    #[track_caller]
    pub(crate) fn enter(key: Key, value: Arc<dyn Any + Send + Sync>) -> Self {
        let end = setting::enter_guard(Location::caller(), key, value);
        LocalGuard { local: PhantomData, not_send: PhantomData, end }
    }
}

impl<T: Send + Sync + 'static> Drop for LocalGuard<'_, T> {
    fn drop(&mut self) {
        setting::end_guard(self.end);
    }
}

impl<T: Send + Sync + 'static> fmt::Debug for LocalGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalGuard").field("serial", &self.end.serial).finish_non_exhaustive()
    }
}
