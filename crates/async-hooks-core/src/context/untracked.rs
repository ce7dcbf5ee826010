//! Untracked tasks: they have no context, and run on a thread that other tasks share.
//!
//! It is the one file that knows tokio.

use std::io::{self, Write as _};
use std::panic::Location;
use std::sync::OnceLock;

/// Whether a task of a runtime runs on this thread.
///
/// It is asked where no level is open, so nobody tracks that task.
pub(super) fn is_task() -> bool {
    tokio::task::try_id().is_some()
}

/// Whether the budget of the task that runs on this thread is used up.
///
/// tokio then wakes it when its poll has ended, so that others run in between.
pub(crate) fn is_budget_used_up() -> bool {
    !tokio::task::coop::has_budget_remaining()
}

/// Lines whose change was ignored, each reported once.
static REPORTED: [OnceLock<&Location<'_>>; MOST_LINES] = [const { OnceLock::new() }; MOST_LINES];

/// A program with more such lines has had enough reports.
const MOST_LINES: usize = 100;

#[cold]
pub(super) fn report(line: &'static Location<'static>) {
    if is_new(line) {
        let text = format!(
            "async-hooks: {line}: a value set here to stay was ignored, since the task that runs is not tracked and its thread \
             belongs to all tasks; spawn the task with `async_hooks::tokio::spawn`, or use `AsyncLocal::scope`\n"
        );
        let _ = io::stderr().write_all(text.as_bytes());
    }
}

/// Takes the first free slot for the line, unless one before it has the line.
///
/// Allocates nothing, since allocators come here too.
fn is_new(line: &'static Location<'static>) -> bool {
    for slot in &REPORTED {
        if slot.set(line).is_ok() {
            return true;
        }
        if slot.get() == Some(&line) {
            return false;
        }
    }
    false
}
