//! A leak test that lasts as long as a guard.

use std::fmt;
use std::marker::PhantomData;
use std::thread;

use async_hooks_core::AsyncLocalGuard;

use crate::alive::ancestor::Ancestor;
use crate::leaks::deadline::Deadline;
use crate::leaks::entered_tests;
use crate::leaks::started_test::StartedTest;

/// Ends a leak test when it is dropped; made by [`LeakTest::enter`](crate::LeakTest::enter).
///
/// Guards of several tests may be dropped in any order.
///
/// # Panics
///
/// Dropping it panics if something outlives the test, unless the thread is panicking already.
///
/// # Examples
///
/// ```
/// use std::panic::catch_unwind;
/// use std::time::Duration;
/// use async_hooks_core::AsyncResource;
/// use async_hooks_diagnostics::{LeakGuard, leak_test};
///
/// let guard: LeakGuard = leak_test().enter();
/// drop(AsyncResource::new("query"));
/// drop(guard);
///
/// let leaky_test = || {
///     let _guard: LeakGuard = leak_test().settle_within(Duration::ZERO).enter();
///     AsyncResource::new("query")
/// };
/// assert!(catch_unwind(leaky_test).is_err(), "the query outlives it");
/// ```
#[must_use = "the test ends when the guard is dropped"]
pub struct LeakGuard {
    key: u64,
    /// The marker is on this thread, so the guard stays there, too.
    _stays_on_its_thread: PhantomData<AsyncLocalGuard<'static, Ancestor>>,
    _deadline: Option<Deadline>,
    test: StartedTest,
}

impl LeakGuard {
    pub(crate) fn new(test: StartedTest) -> LeakGuard {
        let key = entered_tests::enter(test.enter());
        LeakGuard { key, _stays_on_its_thread: PhantomData, _deadline: test.deadline(), test }
    }
}

impl Drop for LeakGuard {
    fn drop(&mut self) {
        entered_tests::leave(self.key);
        if !thread::panicking() {
            self.test.wait_until_settled();
            self.test.assert_no_leaks();
        }
    }
}

impl fmt::Debug for LeakGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeakGuard").field("alive", &self.test.alive()).finish_non_exhaustive()
    }
}
