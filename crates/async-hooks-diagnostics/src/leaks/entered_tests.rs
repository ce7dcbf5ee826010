//! The leak tests that this thread has entered by guards.
//!
//! The program may drop the guards in any order.
//!
//! Dropping a guard of an `AsyncLocal` also ends those that were entered after it. So the marker of a test that ends before an
//! inner one stays on the thread until the inner tests have ended.

use std::cell::{Cell, RefCell};

use async_hooks_core::AsyncLocalGuard;

use crate::alive::ancestor::Ancestor;

struct Entered {
    key: u64,
    is_over: bool,
    _marker: AsyncLocalGuard<'static, Ancestor>,
}

thread_local! {
    /// The innermost last.
    static ENTERED: RefCell<Vec<Entered>> = const { RefCell::new(Vec::new()) };
    static NEXT_KEY: Cell<u64> = const { Cell::new(0) };
}

/// Keeps the marker until [`leave`] is called with the returned key.
///
/// If inner tests are left then, it is kept until they end.
pub(crate) fn enter(marker: AsyncLocalGuard<'static, Ancestor>) -> u64 {
    let key = NEXT_KEY.get();
    NEXT_KEY.set(key + 1);
    let entered = Entered { key, is_over: false, _marker: marker };
    // A thread whose destructors run keeps nothing: the test ends at once.
    let _ = ENTERED.try_with(|tests| tests.try_borrow_mut().map(|mut tests| tests.push(entered)));
    key
}

/// Ends a test, and the markers of all tests that have ended and have no inner one.
pub(crate) fn leave(key: u64) {
    note_over(key);
    // One after the other, each dropped outside the borrow: ending a marker may drop values of the program.
    while let Some(marker) = take_last_if_over() {
        drop(marker);
    }
}

fn note_over(key: u64) {
    let _ = ENTERED.try_with(|tests| {
        let mut tests = tests.try_borrow_mut().ok()?;
        tests.iter_mut().find(|entered| entered.key == key)?.is_over = true;
        Some(())
    });
}

fn take_last_if_over() -> Option<Entered> {
    let take = |tests: &RefCell<Vec<Entered>>| {
        let mut tests = tests.try_borrow_mut().ok()?;
        if tests.last()?.is_over { tests.pop() } else { None }
    };
    ENTERED.try_with(take).ok().flatten()
}
