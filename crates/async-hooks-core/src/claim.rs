//! A spawn whose task is a resource already, so that nobody who sees the same spawn makes a second one of it.
//!
//! A wrapper, its runtime's hook and a span may all see one task. They see it in this order, on one thread, within one call.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

thread_local! {
    static IS_CLAIMED: Cell<bool> = const { Cell::new(false) };
}

/// The task that this thread is about to spawn is a resource; holds until the spawn has returned.
#[must_use = "the claim ends when it is dropped"]
pub struct Claim(PhantomData<*const ()>);

impl Claim {
    /// Claims what is spawned next on this thread.
    #[inline]
    #[allow(clippy::new_without_default, reason = "a claim is an act, not a value")]
    pub fn new() -> Self {
        IS_CLAIMED.set(true);
        Claim(PhantomData)
    }
}

impl Drop for Claim {
    /// Nobody may have taken it: the spawn failed, or its runtime tells nobody.
    #[inline]
    fn drop(&mut self) {
        IS_CLAIMED.set(false);
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim").finish_non_exhaustive()
    }
}

/// Whether the task being spawned is a resource already.
#[inline]
#[must_use]
pub fn is_claimed() -> bool {
    IS_CLAIMED.get()
}

/// As [`is_claimed`], for the last who sees the spawn: what is spawned from here on is another.
#[inline]
#[must_use]
pub fn take_claim() -> bool {
    IS_CLAIMED.replace(false)
}
