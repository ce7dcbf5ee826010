//! What a program wants done with a report.

use std::any::Any;
use std::fmt;
use std::io::{self, Write as _};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A closure of the program's that is given reports, on whichever thread they come up.
///
/// One that panics is not called again: a report never brings the program down, nor the thread that found it.
pub(crate) struct Callback<R> {
    call: Arc<dyn Fn(&R) + Send + Sync>,
    has_panicked: Arc<AtomicBool>,
}

impl<R> Callback<R> {
    pub(crate) fn new(call: impl Fn(&R) + Send + Sync + 'static) -> Callback<R> {
        Callback { call: Arc::new(call), has_panicked: Arc::default() }
    }

    pub(crate) fn call(&self, report: &R) {
        if self.has_panicked.load(Ordering::Relaxed) {
            return;
        }
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| (self.call)(report))) {
            if !self.has_panicked.swap(true, Ordering::Relaxed) {
                tell("a callback for reports panicked and is not called again");
            }
            discard(payload);
        }
    }
}

/// One line; not by `eprintln!`, which panics when stderr is closed.
fn tell(line: &str) {
    let _ = io::stderr().write_all(format!("async-hooks: {line}\n").as_bytes());
}

/// A panic's payload is a value of the program's choice, whose drop may panic in its turn.
fn discard(payload: Box<dyn Any + Send>) {
    if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        mem::forget(another);
    }
}

impl<R> Clone for Callback<R> {
    fn clone(&self) -> Self {
        Callback { call: Arc::clone(&self.call), has_panicked: Arc::clone(&self.has_panicked) }
    }
}

impl<R> fmt::Debug for Callback<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback").field("has_panicked", &self.has_panicked).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    #[test]
    fn a_callback_that_panics_is_not_called_again_by_any_copy() {
        static CALLS: AtomicUsize = AtomicUsize::new(0);
        let callback = Callback::new(|_: &()| {
            CALLS.fetch_add(1, Ordering::Relaxed);
            panic!("on purpose");
        });
        callback.call(&());
        callback.clone().call(&());
        assert_eq!(CALLS.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_panic_whose_payload_panics_when_dropped_ends_there() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("dropped");
            }
        }
        Callback::new(|_: &()| std::panic::panic_any(Bomb)).call(&());
    }
}
