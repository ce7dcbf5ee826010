//! A hook with one owner, for things that are made before they listen.

use async_hooks_core::{AsyncHook, Hook};

/// Made disabled; dropping it disables the hook.
#[derive(Debug)]
pub(crate) struct OwnedHook {
    hook: AsyncHook,
}

impl OwnedHook {
    pub(crate) fn new(hook: impl Hook) -> OwnedHook {
        OwnedHook { hook: AsyncHook::new(hook) }
    }

    /// Does nothing where it is enabled.
    pub(crate) fn enable(&self) {
        self.hook.enable();
    }
}

impl Drop for OwnedHook {
    fn drop(&mut self) {
        self.hook.disable();
    }
}
