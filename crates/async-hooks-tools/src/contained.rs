//! Runs code that the program gave to a tool: callbacks, labels, the default of a local.

use std::any::Any;
use std::fmt;
use std::io::{self, Write as _};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Contains the panics of one piece of code.
///
/// The first is reported on stderr, and from then on the code is not run again.
///
/// So the tool goes on, and the program does, too. Without this, core would disable the whole hook of the tool.
///
/// ```
/// use async_hooks_tools::Contained;
///
/// let callback = Contained::new("a callback");
/// assert_eq!(callback.run(|| 7), Some(7));
/// assert_eq!(callback.run(|| -> u32 { panic!("a fault of the program") }), None);
/// assert_eq!(callback.run(|| 7), None);
/// ```
#[derive(Clone)]
pub struct Contained {
    what: &'static str,
    has_panicked: Arc<AtomicBool>,
}

impl Contained {
    /// Begins to contain the panics of one piece of code.
    ///
    /// `what` begins the line that reports a panic: `a label`.
    #[must_use]
    pub fn new(what: &'static str) -> Contained {
        Contained { what, has_panicked: Arc::default() }
    }

    /// The result of the code; `None` if it panics now, or has panicked before.
    pub fn run<R>(&self, code: impl FnOnce() -> R) -> Option<R> {
        if self.has_panicked.load(Ordering::Relaxed) {
            return None;
        }
        match catch_unwind(AssertUnwindSafe(code)) {
            Ok(result) => Some(result),
            Err(payload) => {
                self.note_panic(payload);
                None
            }
        }
    }

    #[cold]
    fn note_panic(&self, payload: Box<dyn Any + Send>) {
        if !self.has_panicked.swap(true, Ordering::Relaxed) {
            // Not by `eprintln!`, which panics if stderr is closed.
            let line = format!("async-hooks: {} panicked and is not called again\n", self.what);
            let _ = io::stderr().write_all(line.as_bytes());
        }
        discard(payload);
    }
}

/// Drops the payload of a panic. The program chose it, and its drop may panic as well.
fn discard(payload: Box<dyn Any + Send>) {
    if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        mem::forget(another);
    }
}

impl fmt::Debug for Contained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contained").field("has_panicked", &self.has_panicked).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{panic_any, resume_unwind};

    #[test]
    fn code_that_panics_is_not_run_again_through_any_copy() {
        let (contained, mut runs) = (Contained::new("a test"), 0);
        assert_eq!(contained.run(|| 7), Some(7));
        let panics = |runs: &mut i32| {
            *runs += 1;
            resume_unwind(Box::new("on purpose"))
        };
        assert_eq!(contained.run(|| panics(&mut runs)), None::<()>);
        assert_eq!(contained.clone().run(|| panics(&mut runs)), None::<()>);
        assert_eq!((runs, contained.run(|| 7)), (1, None));
    }

    #[test]
    fn a_payload_that_panics_when_it_is_dropped_is_contained() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("dropped");
            }
        }
        assert_eq!(Contained::new("a test").run(|| panic_any(Bomb)), None::<()>);
    }
}
