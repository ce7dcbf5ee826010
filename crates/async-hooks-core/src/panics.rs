//! What we say on stderr when somebody's function has panicked in our hands: one line, and the program goes on.

use std::any::Any;
use std::fmt;
use std::io::{self, Write as _};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// One line, whatever the message holds; not by `eprintln!`, which panics when stderr is closed.
pub(crate) fn report(what: fmt::Arguments<'_>, payload: &(dyn Any + Send)) {
    let text = payload.downcast_ref::<&'static str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("(no message)");
    let message = text.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    let _ = io::stderr().write_all(format!("async-hooks: {what}: {message}\n").as_bytes());
}

/// A panic's payload is a value of its author's choice, whose drop may panic in its turn.
pub(crate) fn discard(payload: Box<dyn Any + Send>) {
    if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        mem::forget(another);
    }
}
