//! The report of a panic that this crate has caught in foreign code: one line on stderr, and the program continues.

use std::any::Any;
use std::fmt;
use std::io::{self, Write as _};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Writes one line, even if the message has several. Does not use `eprintln!`, which panics if stderr is closed.
pub(crate) fn report(what: fmt::Arguments<'_>, payload: &(dyn Any + Send)) {
    let text = payload.downcast_ref::<&'static str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("(no message)");
    let message = text.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    let _ = io::stderr().write_all(format!("async-hooks: {what}: {message}\n").as_bytes());
}

/// Drops the payload of a panic. It is foreign, so its drop may panic as well.
pub(crate) fn discard(payload: Box<dyn Any + Send>) {
    if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        mem::forget(another);
    }
}
