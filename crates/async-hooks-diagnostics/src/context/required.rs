//! Reading a value that has to be there.

use std::panic;
use std::sync::Arc;

use async_hooks_core::AsyncLocal;

use crate::context::context_lost::ContextLost;
use crate::context::context_watch::explain;

/// Reads an [`AsyncLocal`] whose value has to be there, and explains itself when it is not.
///
/// Reach for it where a missing value is a bug: the user of a request, its deadline. Where it is there, it costs what
/// [`get`](AsyncLocal::get) does. Where it is not, the error tells which resource runs here; with a
/// [`ContextWatch`](crate::ContextWatch) of the local enabled, who created that, up to the root, and the first point at which the
/// value was missing.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncLocal, AsyncResource};
/// use async_hooks_diagnostics::RequiredExt as _;
///
/// static USER: AsyncLocal<&str> = AsyncLocal::new().named("user");
///
/// let user = USER.run("alice", || USER.required()).unwrap();
/// assert_eq!(*user, "alice");
///
/// let query = AsyncResource::new("query");
/// let lost = query.run_in_async_scope(|| USER.required()).unwrap_err();
/// assert_eq!(lost.resource(), query.resource());
/// assert!(lost.to_string().starts_with("no value of `user`, required at "));
/// ```
pub trait RequiredExt<T> {
    /// The value here.
    ///
    /// # Errors
    ///
    /// Where the local is unset or exited, and has no default.
    #[track_caller]
    fn required(&self) -> Result<Arc<T>, ContextLost>;
}

impl<T: Send + Sync + 'static> RequiredExt<T> for AsyncLocal<T> {
    #[inline]
    #[track_caller]
    fn required(&self) -> Result<Arc<T>, ContextLost> {
        match self.get() {
            Some(value) => Ok(value),
            None => Err(explain(self, panic::Location::caller().into())),
        }
    }
}
