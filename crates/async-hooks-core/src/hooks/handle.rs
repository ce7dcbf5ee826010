//! The handle that enables and disables a hook, and the guard that keeps it enabled.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::{Arc, Weak};

use crate::hooks::dispatch;
use crate::hooks::hook::Hook;
use crate::hooks::list::LIST;
use crate::hooks::listener::{Claim, Listener, Period};
use crate::hooks::scopes::{self, HookScope};
use crate::hooks::thread_cache;

/// A handle that enables and disables a hook; a new hook is disabled.
///
/// Clones of a handle are cheap and refer to the same hook. Dropping all handles leaves an enabled hook enabled, because
/// most programs enable a hook at their start for good. To enable a hook for the length of a scope, use
/// [`enable_scoped`](Self::enable_scoped).
///
/// Node: [`AsyncHook`](https://nodejs.org/api/async_hooks.html#class-asynchook).
///
/// # Examples
///
/// ```
/// use async_hooks_core::create_hook;
///
/// let hook = create_hook().init(|resource| println!("{resource:?}")).build();
/// assert!(!hook.is_enabled());
/// assert!(hook.enable().is_enabled());
/// assert!(!hook.disable().is_enabled());
/// ```
#[derive(Clone)]
pub struct AsyncHook {
    listener: Arc<Listener>,
}

impl AsyncHook {
    /// Creates a disabled hook.
    ///
    /// [`create_hook`](crate::create_hook) creates one from closures.
    ///
    /// ```
    /// use async_hooks_core::{AsyncHook, Hook};
    ///
    /// struct Silent;
    /// impl Hook for Silent {}
    /// assert!(!AsyncHook::new(Silent).is_enabled());
    /// ```
    pub fn new(hook: impl Hook) -> Self {
        AsyncHook { listener: Arc::new(Listener::new(hook)) }
    }

    /// Enables the hook from the next event on, behind the hooks that are already enabled.
    ///
    /// It stays enabled until [`disable`](Self::disable), whatever happens to its handles and to guards of
    /// [`enable_scoped`](Self::enable_scoped). Enabling an enabled hook leaves it at its place. An enabled hook also
    /// receives `before`, `after` and `destroy` of resources that were created before it was enabled.
    ///
    /// Node: [`asyncHook.enable()`](https://nodejs.org/api/async_hooks.html#asynchookenable).
    ///
    /// ```
    /// use async_hooks_core::create_hook;
    ///
    /// let hook = create_hook().init(|_| {}).build();
    /// let guard = hook.enable_scoped();
    /// hook.enable();
    /// drop(guard);
    /// assert!(hook.is_enabled());
    /// # hook.disable();
    /// ```
    pub fn enable(&self) -> &Self {
        self.enable_for(Claim::Lasting);
        self
    }

    /// Disables the hook from the next event on; enabling it again puts it behind all others.
    ///
    /// Living guards of [`enable_scoped`](Self::enable_scoped) do not prevent it, and their drop does nothing afterwards,
    /// even if the hook is enabled again by then.
    ///
    /// Node: [`asyncHook.disable()`](https://nodejs.org/api/async_hooks.html#asynchookdisable).
    ///
    /// ```
    /// use async_hooks_core::create_hook;
    ///
    /// let hook = create_hook().init(|_| {}).build();
    /// let guard = hook.enable_scoped();
    /// assert!(!hook.disable().is_enabled());
    /// hook.enable();
    /// drop(guard);
    /// assert!(hook.is_enabled());
    /// # hook.disable();
    /// ```
    pub fn disable(&self) -> &Self {
        LIST.disable(&self.listener);
        thread_cache::forget_outdated();
        self
    }

    /// Returns `None` if the hook panicked in `events()`; then it stays disabled.
    fn enable_for(&self, claim: Claim) -> Option<Period> {
        if let Some(period) = LIST.claim(&self.listener, claim) {
            return Some(period);
        }
        let events = dispatch::ask_events(&self.listener)?;
        let period = LIST.enable(&self.listener, events, claim);
        thread_cache::forget_outdated();
        Some(period)
    }

    /// Whether the hook is enabled.
    ///
    /// ```
    /// use async_hooks_core::create_hook;
    ///
    /// let hook = create_hook().init(|_| {}).build();
    /// assert!(!hook.is_enabled());
    /// ```
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.listener.is_enabled()
    }

    /// Enables the hook until the returned guard is dropped.
    ///
    /// Guards are counted: dropping the last one disables the hook, unless [`enable`](Self::enable) was called too.
    ///
    /// ```
    /// use async_hooks_core::create_hook;
    ///
    /// let hook = create_hook().build();
    /// let (first, second) = (hook.enable_scoped(), hook.enable_scoped());
    /// drop(first);
    /// assert!(hook.is_enabled());
    /// drop(second);
    /// assert!(!hook.is_enabled());
    /// ```
    #[must_use = "the hook is disabled when the guard is dropped"]
    pub fn enable_scoped(&self) -> EnabledHook {
        let period = self.enable_for(Claim::Guard);
        EnabledHook { listener: Arc::downgrade(&self.listener), period }
    }
}

// A panic cannot leave a handle half changed: the list of hooks changes in one step, and hooks contain their own panics.
impl UnwindSafe for AsyncHook {}
impl RefUnwindSafe for AsyncHook {}
impl UnwindSafe for EnabledHook {}
impl RefUnwindSafe for EnabledHook {}

impl AsyncHook {
    /// The period in which the hook is enabled; none while it is disabled.
    pub(crate) fn period(&self) -> Option<Period> {
        self.listener.period().if_enabled()
    }

    pub(crate) fn downgrade(&self) -> WeakHook {
        WeakHook(Arc::downgrade(&self.listener))
    }

    /// Enables the hook for a scope; `None` if the hook panicked in `events()`.
    pub(crate) fn open_scope(&self) -> Option<HookScope> {
        let period = self.enable_for(Claim::Scope)?;
        Some(HookScope { listener: Arc::clone(&self.listener), period })
    }

    /// Whether the executing code is in a scope of this hook.
    pub(crate) fn is_entered(&self) -> bool {
        scopes::current().is_some_and(|scopes| scopes.contain(&self.listener))
    }
}

impl fmt::Debug for AsyncHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncHook").field("is_enabled", &self.is_enabled()).finish_non_exhaustive()
    }
}

/// A reference to a hook that does not keep it.
pub(crate) struct WeakHook(Weak<Listener>);

impl WeakHook {
    /// The period in which the hook is enabled; none while it is disabled, and after its drop.
    pub(crate) fn period(&self) -> Option<Period> {
        self.0.upgrade()?.period().if_enabled()
    }
}

/// Keeps a hook enabled until it is dropped; made by [`AsyncHook::enable_scoped`].
///
/// It needs no handle of the hook, and can be dropped on any thread. The drop of the last guard disables the hook, unless
/// [`AsyncHook::enable`] was called too. After [`AsyncHook::disable`], or after a panic of the hook, the drop does nothing.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{EnabledHook, create_hook};
///
/// struct Profiler {
///     _enabled: EnabledHook,
/// }
///
/// let hook = create_hook().before(|_| {}).after(|_| {}).build();
/// let profiler = Profiler { _enabled: hook.enable_scoped() };
/// assert!(hook.is_enabled());
/// drop(profiler);
/// assert!(!hook.is_enabled());
/// ```
#[must_use = "the hook is disabled when the guard is dropped"]
pub struct EnabledHook {
    /// Weak, so that a hook can own its own guard. While the hook is enabled, the list owns it.
    listener: Weak<Listener>,
    /// `None` if the hook could not be enabled.
    period: Option<Period>,
}

impl Drop for EnabledHook {
    fn drop(&mut self) {
        let (Some(listener), Some(period)) = (self.listener.upgrade(), self.period) else { return };
        if LIST.release(&listener, period, Claim::Guard) {
            thread_cache::forget_outdated();
        }
    }
}

impl fmt::Debug for EnabledHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_enabled = self.listener.upgrade().is_some_and(|listener| listener.is_enabled());
        f.debug_struct("EnabledHook").field("is_enabled", &is_enabled).finish_non_exhaustive()
    }
}
