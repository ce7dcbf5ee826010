//! Says to whoever else sees a spawn of ours that its task is a resource already.

pub(crate) use async_hooks_core::adapter::Claim;

/// What this thread spawns until the claim is dropped is ours. To be taken when our resource is made: that runs hooks, which may
/// spawn too.
#[inline]
pub(crate) fn claim() -> Claim {
    Claim::new()
}
