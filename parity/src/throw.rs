//! `throw` and `try`: a panic without the message that the program's panic hook would print.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

pub(crate) fn throw(message: &'static str) -> ! {
    resume_unwind(Box::new(message))
}

/// What `f` returns, or the message that it throws.
pub(crate) fn catch<R>(f: impl FnOnce() -> R) -> Result<R, &'static str> {
    catch_unwind(AssertUnwindSafe(f)).map_err(|thrown| *thrown.downcast_ref().unwrap_or(&"not thrown by us"))
}
