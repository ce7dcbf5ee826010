//! Replaces `claim.rs` without `--cfg tokio_unstable`: there is nothing to claim.
//!
//! tokio reports no spawn then.

use async_hooks_core::Resource;

/// A claim that does nothing.
pub(crate) struct SpawnClaim;

impl SpawnClaim {
    #[inline]
    pub(crate) fn begin() -> Self {
        SpawnClaim
    }

    #[inline]
    pub(crate) fn hold_for(&self, _: Resource, _: &'static str) {}
}
