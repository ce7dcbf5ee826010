//! Whether code runs detached.
//!
//! That is code directly inside `detached`, and not in a resource that was created there.

use crate::context::current;
use crate::identity::execution::execution_async_id;

/// Whether the executing resource runs detached: what it creates now may outlive it.
///
/// It does not hold for what a resource that was created detached creates later.
#[must_use]
pub fn is_detached() -> bool {
    current::with(|current| current.detached.get()) == execution_async_id().as_u64()
}

/// Marks the executing resource as detached until it is dropped.
pub(crate) struct Detaching {
    previous: u64,
}

impl Detaching {
    pub(crate) fn begin() -> Self {
        Detaching { previous: current::with(|current| current.detached.replace(execution_async_id().as_u64())) }
    }
}

impl Drop for Detaching {
    fn drop(&mut self) {
        current::with(|current| current.detached.set(self.previous));
    }
}
