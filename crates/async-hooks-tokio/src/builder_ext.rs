//! A runtime all of whose tasks are resources, whoever spawns them.
//!
//! ```text
//!   tokio calls            and we
//!   on_task_spawn          make a record: init, in the spawner's scope
//!   on_before_task_poll    ids in, context in, before
//!   on_task_terminate      end the record, with or without a poll around it: destroy, unless polls are open
//!   on_after_task_poll     after, context out, ids out; destroy, if it was the last of a task that has ended
//! ```

use std::mem;

use async_hooks_core::adapter::{self, Ended, TaskRecord};
use tokio::runtime::{Builder, TaskMeta};

use crate::runtime_hooks::{Callback, RuntimeHooks};
use crate::task_number::task_number;
use crate::tasks;

/// Makes every task of a runtime a resource, whoever spawns it; on tokio's `Builder`.
///
/// Reach for it where the code that spawns is not yours: servers, pools and clients from the registry. A plain `tokio::spawn`
/// in any of them then has an id, a trigger and the line that called it, runs with every
/// [`AsyncLocal`](async_hooks_core::AsyncLocal) as it was there, and is told to hooks.
///
/// It needs a build with `--cfg tokio_unstable`; see [`automatic`]. Of a task without a wrapper tokio tells less than a wrapper
/// sees:
///
/// - No `resolve` is sent: how a task ended is not told.
/// - tokio calls back behind a poll when another worker may already be in the next one. So an `after` may come after the next
///   `before`, on another thread; `destroy` comes when all are in, maybe after whoever joins has been woken.
/// - An aborted task may show one more `before` and `after`, around its drop.
/// - What is left when the runtime shuts down is dropped outside its scope.
/// - What runs on a `LocalSet`, in `spawn_blocking` and as the root future of `block_on` is no task of the runtime:
///   [`spawn_local`](crate::spawn_local) and [`spawn_blocking`](crate::spawn_blocking) track those, and the root executes as the
///   thread that drives it. A `LocalRuntime` tells of all its tasks.
///
/// A task that a wrapper tracks, such as [`spawn`](crate::spawn), stays the one resource it is.
///
/// Node tracks all there is, since it owns the loop; this is as near as a library comes.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncLocal, execution_async_resource};
/// use async_hooks_tokio::BuilderExt as _;
///
/// static USER: AsyncLocal<&str> = AsyncLocal::new();
///
/// let runtime = tokio::runtime::Builder::new_multi_thread().async_hooks().build().unwrap();
/// let task = USER.run("alice", || runtime.spawn(async { (USER.get(), execution_async_resource()) }));
/// let (user, resource) = runtime.block_on(task).unwrap();
/// assert_eq!(user.as_deref(), Some(&"alice"));
/// assert_eq!((resource.kind(), resource.location().file()), ("tokio::task", file!()));
/// ```
pub trait BuilderExt {
    /// Tracks every task of the runtime that is built.
    ///
    /// It takes the builder's `on_task_spawn`, `on_before_task_poll`, `on_after_task_poll` and `on_task_terminate`, of which tokio
    /// has one each. A program that has callbacks of its own hands them to [`async_hooks_with`](Self::async_hooks_with).
    fn async_hooks(&mut self) -> &mut Self;

    /// As [`async_hooks`](Self::async_hooks), and calls the program's own callbacks; [`RuntimeHooks`] has an example.
    fn async_hooks_with(&mut self, own: RuntimeHooks) -> &mut Self;
}

impl BuilderExt for Builder {
    fn async_hooks(&mut self) -> &mut Self {
        self.async_hooks_with(RuntimeHooks::new())
    }

    fn async_hooks_with(&mut self, own: RuntimeHooks) -> &mut Self {
        let RuntimeHooks { task_spawn, before_task_poll, after_task_poll, task_terminate } = own;
        self.on_task_spawn(move |task| on_task_spawn(task, &task_spawn))
            .on_before_task_poll(move |task| on_before_task_poll(task, &before_task_poll))
            .on_after_task_poll(move |task| on_after_task_poll(task, &after_task_poll))
            .on_task_terminate(move |task| on_task_terminate(task, &task_terminate))
    }
}

/// Whether this program is built with `--cfg tokio_unstable`, so that a runtime can be told to track all its tasks.
///
/// For programs that are built both ways and want to say so, in their log's first line perhaps.
///
/// # Examples
///
/// ```
/// assert_eq!(async_hooks_tokio::automatic(), cfg!(tokio_unstable));
/// ```
#[must_use]
pub const fn automatic() -> bool {
    true
}

fn on_task_spawn(task: &TaskMeta<'_>, own: &Callback) {
    if !adapter::take_claim() {
        let number = task_number(task.id());
        tasks::insert(number, TaskRecord::spawned(number, task.spawned_at()));
    }
    if let Some(own) = own {
        call_outside_polls(task, own);
    }
}

#[inline]
fn on_before_task_poll(task: &TaskMeta<'_>, own: &Callback) {
    if tasks::begin_poll(task_number(task.id())) {
        announce();
    }
    if let Some(own) = own {
        call_ahead_of_poll(task, own);
    }
}

#[inline]
fn on_after_task_poll(task: &TaskMeta<'_>, own: &Callback) {
    match own {
        Some(own) => call_behind_poll(task, own),
        None => end_poll(task_number(task.id())),
    }
}

fn on_task_terminate(task: &TaskMeta<'_>, own: &Callback) {
    let number = task_number(task.id());
    let _terminate = Terminate(number);
    match own {
        Some(own) if adapter::is_polling(number) => own(task),
        Some(own) => call_outside_polls(task, own),
        None => {}
    }
}

#[inline]
fn end_poll(task: u64) {
    if adapter::end_poll(task) == Ended::Counted {
        tasks::close_poll(task);
    }
}

// Functions of their own, so that the path without hooks and callbacks is short.

#[inline(never)]
fn announce() {
    adapter::announce();
}

#[inline(never)]
fn call_ahead_of_poll(task: &TaskMeta<'_>, own: &dyn Fn(&TaskMeta<'_>)) {
    let end_if_it_panics = EndPoll(task_number(task.id()));
    own(task);
    mem::forget(end_if_it_panics);
}

#[inline(never)]
fn call_behind_poll(task: &TaskMeta<'_>, own: &dyn Fn(&TaskMeta<'_>)) {
    let _end = EndPoll(task_number(task.id()));
    own(task);
}

/// Calls back inside the task's scope where no poll has brought it; outside if the task is not ours.
fn call_outside_polls(task: &TaskMeta<'_>, own: &dyn Fn(&TaskMeta<'_>)) {
    match tasks::outside_polls(task_number(task.id())) {
        Some(scope) => scope.run_silently(|| own(task)),
        None => own(task),
    }
}

/// Ends the poll when dropped: also when a callback of the program's panics, behind which tokio calls no other.
struct EndPoll(u64);

impl Drop for EndPoll {
    fn drop(&mut self) {
        end_poll(self.0);
    }
}

/// Ends the task when dropped, whatever a callback of the program's does.
struct Terminate(u64);

impl Drop for Terminate {
    fn drop(&mut self) {
        tasks::terminate(self.0);
    }
}
