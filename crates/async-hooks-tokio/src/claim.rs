//! Says to whoever else sees a spawn of ours that its task is a resource already.

use async_hooks_core::Resource;
pub(crate) use async_hooks_core::runtime::Claim;

/// What this thread spawns next, until the claim is dropped, is this resource. To be claimed when the resource is made: making it
/// runs hooks, which may spawn too.
#[inline]
pub(crate) fn claim(resource: Resource) -> Claim {
    Claim::new(resource)
}
