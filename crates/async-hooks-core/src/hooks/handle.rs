//! The handle that enables and disables a hook.

use std::fmt;
use std::sync::Arc;

use crate::hooks::dispatch;
use crate::hooks::hook::Hook;
use crate::hooks::list::{self, Enabled, Listener};
use crate::hooks::thread_cache;

/// A handle to a hook; enables and disables it. Created disabled.
///
/// Handles are cheap to clone and all speak of the same hook. Dropping them leaves an enabled hook enabled: most programs
/// enable a hook at their start and never look back. Where it should end with a scope, use
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
    hook: Enabled,
}

impl AsyncHook {
    /// A disabled handle to `hook`; for one made of closures see [`create_hook`](crate::create_hook).
    ///
    /// ```
    /// use async_hooks_core::{AsyncHook, Hook};
    ///
    /// struct Deaf;
    /// impl Hook for Deaf {}
    /// assert!(!AsyncHook::new(Deaf).is_enabled());
    /// ```
    pub fn new(hook: impl Hook) -> Self {
        AsyncHook { hook: Arc::new(Listener::new(hook)) }
    }

    /// Lets the hook hear of every event from the next one on, behind the hooks that are enabled already.
    ///
    /// Enabling an enabled hook changes nothing. An enabled hook also sees `before`, `after` and `destroy` of resources
    /// that were created before it listened.
    pub fn enable(&self) -> &Self {
        let events = if self.is_enabled() { None } else { dispatch::ask_events(&self.hook) };
        if let Some(events) = events {
            list::enable(&self.hook, events);
            thread_cache::forget_last_used();
        }
        self
    }

    /// Ends the hook from the next event on; enabling it again puts it behind all others.
    pub fn disable(&self) -> &Self {
        list::disable(&self.hook);
        thread_cache::forget_last_used();
        self
    }

    /// Whether the hook listens.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        list::is_enabled(&self.hook)
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

/// Keeps a hook enabled; dropping it disables the hook. Made by [`AsyncHook::enable_scoped`].
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
