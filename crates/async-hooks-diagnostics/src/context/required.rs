//! Reads a value that has to be there.

use std::panic;
use std::sync::Arc;

use async_hooks_core::AsyncLocal;

use crate::context::missing_context::MissingContext;
use crate::context::watch_hook::explain;

/// Reads an [`AsyncLocal`] whose value has to be there, and explains why it is missing.
///
/// Use it where a missing value is a bug: the user of a request, its deadline. If the value is there, it costs what
/// [`get`](AsyncLocal::get) does. If not, the error names the executing resource; while a [`ContextWatch`](crate::ContextWatch) of
/// the local is enabled, it names the creators up to the root, too, and the first point at which the value was missing.
///
/// The trait is implemented for `AsyncLocal` only.
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
pub trait RequiredExt<T>: sealed::Sealed {
    /// Returns the current value.
    ///
    /// # Errors
    ///
    /// If the local is unset or exited, and has no default.
    #[track_caller]
    fn required(&self) -> Result<Arc<T>, MissingContext>;
}

mod sealed {
    pub trait Sealed {}

    impl<T> Sealed for async_hooks_core::AsyncLocal<T> {}
}

impl<T: Send + Sync + 'static> RequiredExt<T> for AsyncLocal<T> {
    #[inline]
    #[track_caller]
    fn required(&self) -> Result<Arc<T>, MissingContext> {
        match self.get() {
            Some(value) => Ok(value),
            None => Err(explain(self, panic::Location::caller().into())),
        }
    }
}
