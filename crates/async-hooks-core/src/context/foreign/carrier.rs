//! How a foreign context is captured and attached.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use crate::panics::{discard, report};

/// What another library keeps per thread, for [`propagate`](crate::propagate) to carry along.
///
/// OpenTelemetry's `Context` and sentry's `Hub` are such contexts. Implement it for a context that is current on a thread until a
/// guard is dropped.
///
/// Node: what [`AsyncLocalStorage`](https://nodejs.org/api/async_context.html) is used for there by OpenTelemetry's context manager.
///
/// # Panics
///
/// A method that panics is reported in one line on stderr; the context is no longer propagated, and the program goes on.
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

pub(super) type Value = Box<dyn Any + Send + Sync>;

/// A context that is attached: dropping it detaches.
pub(super) type Guard = Box<dyn Any>;

/// A foreign context without its types.
pub(super) trait AnyContext: Send + Sync {
    fn capture(&self) -> Option<Value>;

    fn attach(&self, value: &(dyn Any + Send + Sync), carrier: &Arc<Carrier>) -> Option<Guard>;
}

impl<C: ForeignContext> AnyContext for C {
    fn capture(&self) -> Option<Value> {
        Some(Box::new(ForeignContext::capture(self)?))
    }

    fn attach(&self, value: &(dyn Any + Send + Sync), carrier: &Arc<Carrier>) -> Option<Guard> {
        let guard = ForeignContext::attach(self, value.downcast_ref()?);
        Some(Box::new(Attached { guard: Some(guard), carrier: Arc::clone(carrier) }))
    }
}

/// A guard, and the carrier that contains the panics of its drop. Both are in one allocation.
struct Attached<G> {
    guard: Option<G>,
    carrier: Arc<Carrier>,
}

impl<G> Drop for Attached<G> {
    fn drop(&mut self) {
        let guard = self.guard.take();
        self.carrier.contained("the drop of a guard", || {
            drop(guard);
            None::<()>
        });
    }
}

/// A foreign context, and who keeps it enabled.
///
/// [`enabled`](super::enabled) alone changes the claims.
pub(in crate::context::foreign) struct Carrier<C: ?Sized = dyn AnyContext> {
    /// How many guards keep it enabled, and in the lowest bit whether `enable` was called.
    pub(super) claims: AtomicUsize,
    /// Counts how often it was enabled: a guard belongs to one period.
    pub(super) period: AtomicU64,
    has_panicked: AtomicBool,
    context: C,
}

impl<C> Carrier<C> {
    pub(super) fn new(context: C) -> Self {
        let (claims, period) = (AtomicUsize::new(0), AtomicU64::new(0));
        Carrier { claims, period, has_panicked: AtomicBool::new(false), context }
    }
}

impl Carrier {
    pub(super) fn is_enabled(&self) -> bool {
        self.claims.load(Ordering::Acquire) != 0
    }

    pub(super) fn begin_period(&self) {
        self.period.fetch_add(1, Ordering::Relaxed);
        self.has_panicked.store(false, Ordering::Relaxed);
    }

    pub(super) fn capture(&self) -> Option<Value> {
        self.contained("capture", || self.context.capture())
    }

    pub(super) fn attach(self: &Arc<Self>, value: &(dyn Any + Send + Sync)) -> Option<Guard> {
        self.contained("attach", || self.context.attach(value, self))
    }

    /// Whether it may still be called: the first panic ends that, until it is enabled again.
    fn is_sound(&self) -> bool {
        !self.has_panicked.load(Ordering::Relaxed)
    }

    fn contained<R>(&self, what: &str, call: impl FnOnce() -> Option<R>) -> Option<R> {
        match catch_unwind(AssertUnwindSafe(call)) {
            Ok(result) => result,
            Err(payload) => {
                self.report(what, payload);
                None
            }
        }
    }

    #[cold]
    fn report(&self, what: &str, payload: Box<dyn Any + Send>) {
        if !self.has_panicked.swap(true, Ordering::Relaxed) {
            report(format_args!("a foreign context panicked in `{what}` and is no longer propagated"), &*payload);
        }
        discard(payload);
    }

    /// Whether the context is to be captured and attached.
    pub(super) fn is_propagated(&self) -> bool {
        self.is_enabled() && self.is_sound()
    }
}
