//! Untracked tasks: they have no context, and run on a thread that other tasks share.
//!
//! It is the one file that knows tokio.

use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::io::{self, Write as _};
use std::panic::Location;
use std::sync::OnceLock;

use crate::context::current::{self, UntrackedGuard};

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

/// An untracked task enters a guard.
///
/// If one of another task lives, that was held over an `.await`, and this task sees its value.
pub(super) fn begin_guard(serial: u64, line: &'static Location<'static>) {
    let Some(task) = task() else { return };
    current::with(|current| {
        if current.untracked_guard.get().is_none() {
            current.untracked_guard.set(Some(UntrackedGuard { task, serial, line }));
        }
    });
    look_for_guard_of_another(task);
}

pub(super) fn end_guard(serial: u64) {
    current::with(|current| {
        if current.untracked_guard.get().is_some_and(|guard| guard.serial == serial) {
            current.untracked_guard.set(None);
        }
    });
}

/// The task that runs on this thread, as [`UntrackedGuard`] names it.
fn task() -> Option<u64> {
    tokio::task::try_id().map(|id| BuildHasherDefault::<DefaultHasher>::default().hash_one(id))
}

fn look_for_guard_of_another(task: u64) {
    let guard = current::with(|current| current.untracked_guard.get());
    if let Some(guard) = guard.filter(|guard| guard.task != task) {
        report(guard.line, HELD);
    }
}

const HELD: &str = "a guard entered here was held over an `.await` by a task that is not tracked, so other tasks of its thread see \
                    the value; use `AsyncLocal::scope`, or spawn the task with `async_hooks::tokio::spawn_local`";

const IGNORED: &str = "a value set here to stay was ignored, since the task that runs is not tracked and its thread belongs to all \
                       tasks; spawn the task with `async_hooks::tokio::spawn`, or use `AsyncLocal::scope`";

/// Reports a change that is ignored.
#[cold]
pub(super) fn report_ignored(line: &'static Location<'static>) {
    report(line, IGNORED);
    task().into_iter().for_each(look_for_guard_of_another);
}

/// Lines of which something was reported, each once.
static REPORTED: [OnceLock<&Location<'_>>; MOST_LINES] = [const { OnceLock::new() }; MOST_LINES];

/// A program with more such lines has had enough reports.
const MOST_LINES: usize = 100;

#[cold]
fn report(line: &'static Location<'static>, what: &str) {
    if is_new(line) {
        let _ = io::stderr().write_all(format!("async-hooks: {line}: {what}\n").as_bytes());
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
