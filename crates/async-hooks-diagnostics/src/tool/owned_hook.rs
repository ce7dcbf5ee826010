//! A hook that is disabled when its owner is dropped.

use async_hooks_core::{AsyncHook, Hook};

/// Disables its hook when dropped; a new one is disabled.
#[derive(Debug)]
pub(crate) struct OwnedHook {
    hook: AsyncHook,
}

impl OwnedHook {
    pub(crate) fn new(hook: impl Hook) -> OwnedHook {
        OwnedHook { hook: AsyncHook::new(hook) }
    }

    /// Does nothing if the hook is enabled.
    pub(crate) fn enable(&self) {
        self.hook.enable();
    }
}

impl Drop for OwnedHook {
    fn drop(&mut self) {
        self.hook.disable();
    }
}
