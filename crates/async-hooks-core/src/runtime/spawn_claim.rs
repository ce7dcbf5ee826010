//! A task that several see being spawned is one resource.
//!
//! They see it in this order, on one thread, within one call:
//!
//! ```text
//!   a wrapper             makes a resource of it, and claims the spawn
//!   a span of tokio's     finds it claimed; or makes a resource of it, and offers that
//!   the runtime's hook    finds it claimed; or adopts what is offered; or makes a resource of it
//! ```
//!
//! A runtime that is gone drops the task within that call. What is spawned by what the task owned is not claimed: there the
//! task executes, and not who has caused it.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use crate::identity::execution::execution_async_id;
use crate::identity::resource::Resource;

thread_local! {
    static CLAIMED: Cell<Option<Resource>> = const { Cell::new(None) };
}

/// What this thread is about to spawn is a resource; holds until the spawn has returned.
#[must_use = "the claim ends when it is dropped"]
pub struct Claim(PhantomData<*const ()>);

impl Claim {
    /// Claims what is spawned next on this thread for the resource that it is.
    #[inline]
    pub fn new(resource: Resource) -> Self {
        CLAIMED.set(Some(resource));
        Claim(PhantomData)
    }
}

impl Drop for Claim {
    /// Nobody may have taken it: the spawn failed, or its runtime tells nobody.
    #[inline]
    fn drop(&mut self) {
        CLAIMED.set(None);
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim").finish_non_exhaustive()
    }
}

/// The resource that the task being spawned is already.
#[inline]
#[must_use]
pub fn claimed() -> Option<Resource> {
    CLAIMED.get().filter(|claimed| claimed.trigger_async_id() == Some(execution_async_id()))
}

/// Whether the task being spawned is a resource already; asked by the last who sees it: what is spawned from here on is another.
#[inline]
#[must_use]
pub fn take_claim() -> bool {
    let is_claimed = claimed().is_some();
    if is_claimed {
        CLAIMED.set(None);
    }
    is_claimed
}
