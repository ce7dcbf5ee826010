//! The handle that enables and disables a hook.

use std::fmt;
use std::sync::Arc;

use crate::hooks::dispatch;
use crate::hooks::hook::Hook;
use crate::hooks::list::{self, Listener};
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
    /// Enabling an enabled hook changes nothing. An enabled hook also receives `before`, `after` and `destroy` of resources
    /// that were created before it was enabled.
    pub fn enable(&self) -> &Self {
        let events = if self.is_enabled() { None } else { dispatch::ask_events(&self.listener) };
        if let Some(events) = events {
            list::enable(&self.listener, events);
            thread_cache::forget_outdated();
        }
        self
    }

    /// Disables the hook from the next event on; enabling it again puts it behind all others.
    pub fn disable(&self) -> &Self {
        list::disable(&self.listener);
        thread_cache::forget_outdated();
        self
    }

    /// Whether the hook is enabled.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.listener.is_enabled()
    }

    /// Enables the hook until the returned guard is dropped.
    ///
    /// ```
    /// use async_hooks_core::create_hook;
    ///
    /// let hook = create_hook().build();
    /// let enabled = hook.enable_scoped();
    /// assert!(hook.is_enabled());
    /// drop(enabled);
    /// assert!(!hook.is_enabled());
    /// ```
    #[must_use = "the hook is disabled when the guard is dropped"]
    pub fn enable_scoped(&self) -> EnabledHook {
        self.enable();
        EnabledHook { hook: self.clone() }
    }
}

impl fmt::Debug for AsyncHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncHook").field("is_enabled", &self.is_enabled()).finish_non_exhaustive()
    }
}

/// Keeps a hook enabled; dropping it disables the hook.
///
/// Returned by [`AsyncHook::enable_scoped`].
#[derive(Debug)]
#[must_use = "the hook is disabled when the guard is dropped"]
pub struct EnabledHook {
    hook: AsyncHook,
}

impl Drop for EnabledHook {
    fn drop(&mut self) {
        self.hook.disable();
    }
}
