//! The handle that enables and disables the propagation of a foreign context.

use std::fmt;
use std::sync::{Arc, Weak};

use crate::context::foreign::carrier::{self, Carrier};
use crate::context::foreign::foreign_context::ForeignContext;

/// Carries a foreign context along with every local, once it is enabled.
///
/// It is captured where a resource, a task, a [`Snapshot`](crate::Snapshot) or an [`Envelope`](crate::Envelope) is created, and
/// attached while that runs and while what it owns is dropped. A local's `run` and `scope`, and a span, do not attach it: they would
/// put a stale one over what the program has attached. Code in [`detached`](crate::detached) captures none.
///
/// Handles are those of [`AsyncHook`](crate::AsyncHook): `propagate(context).enable();` lasts until
/// [`disable`](Propagation::disable).
///
/// # Examples
///
/// ```
/// use async_hooks_core::{ForeignContext, propagate};
///
/// struct Nothing;
///
/// impl ForeignContext for Nothing {
///     type Value = ();
///     type Guard = ();
///
///     fn capture(&self) -> Option<()> {
///         None
///     }
///
///     fn attach(&self, _: &()) {}
/// }
///
/// let propagation = propagate(Nothing);
/// assert!(!propagation.is_enabled());
/// assert!(propagation.enable().is_enabled());
/// assert!(!propagation.disable().is_enabled());
/// ```
#[must_use = "`enable` starts it"]
pub fn propagate<C: ForeignContext>(context: C) -> Propagation {
    Propagation { carrier: Arc::new(Carrier::new(context)) }
}

/// A handle of a foreign context that is propagated; made by [`propagate`].
///
/// # Examples
///
/// A test that carries the program's own thread-local along for its length:
///
/// ```
/// use std::cell::Cell;
/// use async_hooks_core::{AsyncResource, ForeignContext, Propagation, propagate};
///
/// thread_local! {
///     static DEADLINE: Cell<u32> = const { Cell::new(0) };
/// }
///
/// struct Deadline;
///
/// impl ForeignContext for Deadline {
///     type Value = u32;
///     type Guard = ();
///
///     fn capture(&self) -> Option<u32> {
///         Some(DEADLINE.get())
///     }
///
///     fn attach(&self, deadline: &u32) {
///         DEADLINE.set(*deadline);
///     }
/// }
///
/// let deadlines: Propagation = propagate(Deadline);
/// let enabled = deadlines.enable_scoped();
/// DEADLINE.set(30);
/// let job = AsyncResource::new("job");
/// DEADLINE.set(0);
/// assert_eq!(job.run_in_async_scope(|| DEADLINE.get()), 30);
///
/// drop(enabled);
/// assert!(!deadlines.is_enabled());
/// assert!(deadlines.enable().is_enabled());
/// assert!(!deadlines.disable().is_enabled());
/// ```
#[derive(Clone)]
pub struct Propagation {
    carrier: Arc<Carrier>,
}

impl Propagation {
    /// Enables it until [`disable`](Self::disable), whatever becomes of the handle.
    ///
    /// What was created before carries nothing.
    pub fn enable(&self) -> &Self {
        carrier::enable(&self.carrier);
        self
    }

    /// Disables it, also under living guards. What was captured is no longer attached.
    pub fn disable(&self) -> &Self {
        carrier::disable(&self.carrier);
        self
    }

    /// Whether it is enabled, by [`enable`](Self::enable) or a guard.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.carrier.is_enabled()
    }

    /// Enables it until the returned guard is dropped.
    ///
    /// Guards are counted: dropping the last one disables it, unless [`enable`](Self::enable) was called too.
    #[must_use = "it is disabled when the guard is dropped"]
    pub fn enable_scoped(&self) -> EnabledPropagation {
        let period = carrier::enable_for_guard(&self.carrier);
        EnabledPropagation { carrier: Arc::downgrade(&self.carrier), period }
    }
}

impl fmt::Debug for Propagation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Propagation").field("is_enabled", &self.is_enabled()).finish_non_exhaustive()
    }
}

/// Keeps a propagation enabled until it is dropped; made by [`Propagation::enable_scoped`].
///
/// ```
/// use async_hooks_core::{EnabledPropagation, ForeignContext, propagate};
///
/// struct Nothing;
///
/// impl ForeignContext for Nothing {
///     type Value = ();
///     type Guard = ();
///
///     fn capture(&self) -> Option<()> {
///         None
///     }
///
///     fn attach(&self, _: &()) {}
/// }
///
/// let propagation = propagate(Nothing);
/// let both: [EnabledPropagation; 2] = [propagation.enable_scoped(), propagation.enable_scoped()];
/// assert!(propagation.is_enabled());
/// drop(both);
/// assert!(!propagation.is_enabled());
/// ```
#[must_use = "it is disabled when the guard is dropped"]
pub struct EnabledPropagation {
    carrier: Weak<Carrier>,
    period: u64,
}

impl Drop for EnabledPropagation {
    fn drop(&mut self) {
        if let Some(carrier) = self.carrier.upgrade() {
            carrier::release(&carrier, self.period);
        }
    }
}

impl fmt::Debug for EnabledPropagation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnabledPropagation").finish_non_exhaustive()
    }
}
