//! The guard that keeps a tool enabled.

use std::fmt;
use std::sync::Weak;

/// Keeps a tool enabled until it is dropped; made by the `enable_scoped` of each tool.
///
/// Guards of one tool are counted: the last one disables the tool, unless `enable` was called as well. `disable` ends the
/// period that a guard belongs to, and dropping the guard then does nothing.
///
/// # Examples
///
/// ```
/// use async_hooks_diagnostics::Registry;
///
/// let registry = Registry::new();
/// let (first, second) = (registry.enable_scoped(), registry.enable_scoped());
/// drop(first);
/// assert!(registry.is_enabled());
/// drop(second);
/// assert!(!registry.is_enabled());
/// ```
#[must_use = "the tool is disabled when the guard is dropped"]
pub struct EnabledTool {
    /// Weak: a guard alone keeps no tool alive that only answers when it is asked.
    tool: Weak<dyn Release>,
    period: u64,
}

/// What a guard tells its tool when it is dropped.
pub(crate) trait Release: Send + Sync {
    /// One of the guards of this period has been dropped.
    fn release(&self, period: u64);
}

impl EnabledTool {
    pub(crate) fn new(tool: Weak<dyn Release>, period: u64) -> EnabledTool {
        EnabledTool { tool, period }
    }
}

impl Drop for EnabledTool {
    fn drop(&mut self) {
        if let Some(tool) = self.tool.upgrade() {
            tool.release(self.period);
        }
    }
}

impl fmt::Debug for EnabledTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnabledTool").finish_non_exhaustive()
    }
}
