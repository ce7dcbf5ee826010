//! The trait of what another library keeps per thread.

/// What another library keeps per thread, for [`propagate`](crate::propagate) to carry along.
///
/// OpenTelemetry's `Context` and sentry's `Hub` are such contexts. Implement it for a context that is current on a thread until a
/// guard is dropped.
///
/// Node: what [`AsyncLocalStorage`](https://nodejs.org/api/async_context.html) is used for there by OpenTelemetry's context manager.
///
/// # Panics
///
/// A method that panics is reported in one line on stderr; the propagation is disabled, and the program goes on.
///
/// # Examples
///
/// ```
/// use std::cell::Cell;
/// use async_hooks_core::{AsyncResource, ForeignContext, propagate};
///
/// thread_local! {
///     static TENANT: Cell<u32> = const { Cell::new(0) };
/// }
///
/// /// What another library would hand out.
/// struct Attached(u32);
///
/// impl Drop for Attached {
///     fn drop(&mut self) {
///         TENANT.set(self.0);
///     }
/// }
///
/// struct Tenant;
///
/// impl ForeignContext for Tenant {
///     type Value = u32;
///     type Guard = Attached;
///
///     fn capture(&self) -> Option<u32> {
///         Some(TENANT.get()).filter(|tenant| *tenant != 0)
///     }
///
///     fn attach(&self, value: &u32) -> Attached {
///         Attached(TENANT.replace(*value))
///     }
/// }
///
/// propagate(Tenant).enable();
/// TENANT.set(7);
/// let job = AsyncResource::new("job");
/// TENANT.set(0);
/// assert_eq!(job.run_in_async_scope(|| TENANT.get()), 7);
/// assert_eq!(TENANT.get(), 0);
/// ```
pub trait ForeignContext: Send + Sync + 'static {
    /// What is captured where something is created.
    ///
    /// It may be attached on any thread, several times.
    type Value: Send + Sync + 'static;
    /// What keeps a value attached. It stays on its thread, so it need not be `Send`.
    type Guard: 'static;

    /// Returns what is current on this thread; `None` if there is nothing to carry.
    fn capture(&self) -> Option<Self::Value>;

    /// Makes the value current on this thread until the guard is dropped.
    fn attach(&self, value: &Self::Value) -> Self::Guard;
}
