//! In place of `claim.rs` without `--cfg tokio_unstable`: tokio reports no spawn, so there is nothing to claim.

use async_hooks_core::Resource;

/// A claim that does nothing.
pub(crate) struct Claim;

impl Claim {
    #[inline]
    pub(crate) fn begin() -> Self {
        Claim
    }

    #[inline]
    pub(crate) fn hold_for(&self, _: Resource, _: &'static str) {}
}
