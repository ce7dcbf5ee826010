//! The runtime extension: every task of a runtime is a resource.

use std::sync::Arc;

use async_hooks_core::runtime;
use tokio::runtime::Builder;

use crate::callbacks;
use crate::runtime_hooks::RuntimeHooks;

/// Makes every task of a runtime a resource; an extension of tokio's `Builder`.
///
/// Use it where the spawning code is not yours: servers, pools and clients from the registry. A plain `tokio::spawn` in
/// any of them then has an id, a trigger and the line that called it, runs with every
/// [`AsyncLocal`](async_hooks_core::AsyncLocal) as it was at the spawn, and sends its events to hooks.
///
/// It needs a build with `--cfg tokio_unstable`; see [`automatic`]. Of a task without a wrapper tokio tells less than a wrapper
/// sees:
///
/// - No `resolve` is sent: how a task ended is not reported.
/// - tokio calls back after a poll when another worker may already be in the next one. So an `after` may come after the next
///   `before`, on another thread; `destroy` is sent when every poll has ended, possibly after the joining task was woken.
/// - An aborted task may show one more `before` and `after`, around its drop.
/// - What is left when the runtime shuts down is dropped outside its scope. So is what is spawned on one that is gone, and ahead
///   of its `init`; of such a task there is no more than `init` and `destroy`.
/// - What runs on a `LocalSet`, in `spawn_blocking` and as the root future of `block_on` is no task of the runtime:
///   [`spawn_local`](crate::spawn_local) and [`spawn_blocking`](crate::spawn_blocking) track those, and the root executes as the
///   thread that drives it. A `LocalRuntime` reports all its tasks.
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
pub trait BuilderExt: sealed::Sealed {
    /// Tracks every task of the runtime that is built.
    ///
    /// It takes the builder's `on_task_spawn`, `on_before_task_poll`, `on_after_task_poll` and `on_task_terminate`, of which tokio
    /// has one each. A program that has callbacks of its own hands them to [`async_hooks_with`](Self::async_hooks_with).
    ///
    /// ```
    /// use async_hooks_core::execution_async_resource;
    /// use async_hooks_tokio::BuilderExt as _;
    ///
    /// let runtime = tokio::runtime::Builder::new_current_thread().async_hooks().build().unwrap();
    /// let task = runtime.spawn(async { execution_async_resource().kind() });
    /// assert_eq!(runtime.block_on(task).unwrap(), "tokio::task");
    /// ```
    fn async_hooks(&mut self) -> &mut Self;

    /// As [`async_hooks`](Self::async_hooks), and calls the program's own callbacks.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    /// use async_hooks_tokio::{BuilderExt as _, RuntimeHooks};
    ///
    /// static SPAWNED: AtomicUsize = AtomicUsize::new(0);
    ///
    /// let hooks = RuntimeHooks::new().on_task_spawn(|_| drop(SPAWNED.fetch_add(1, Ordering::Relaxed)));
    /// let runtime = tokio::runtime::Builder::new_current_thread().async_hooks_with(hooks).build().unwrap();
    /// runtime.block_on(runtime.spawn(async {})).unwrap();
    /// assert_eq!(SPAWNED.load(Ordering::Relaxed), 1);
    /// ```
    fn async_hooks_with(&mut self, own: RuntimeHooks) -> &mut Self;
}

impl BuilderExt for Builder {
    fn async_hooks(&mut self) -> &mut Self {
        self.on_task_spawn(|task| callbacks::on_task_spawn(task, None, |_| false))
            .on_before_task_poll(callbacks::on_before_task_poll)
            .on_after_task_poll(callbacks::on_after_task_poll)
            .on_task_terminate(callbacks::on_task_terminate)
    }

    fn async_hooks_with(&mut self, own: RuntimeHooks) -> &mut Self {
        if own.tells_driver {
            self.on_thread_park(|| runtime::enter_driver("tokio::driver")).on_thread_unpark(runtime::leave_driver);
        }
        let own = Arc::new(own);
        let [spawn, before, after, terminate] = [(); 4].map(|()| Arc::clone(&own));
        self.on_task_spawn(move |task| spawn.spawn(task))
            .on_before_task_poll(move |task| before.before_poll(task))
            .on_after_task_poll(move |task| after.after_poll(task))
            .on_task_terminate(move |task| terminate.terminate(task))
    }
}

/// Tracks every task of the runtime that is built, as this build can.
pub(crate) fn track(builder: &mut Builder) {
    builder.async_hooks();
}

/// Whether this program is built with `--cfg tokio_unstable`.
///
/// Only then can a runtime track all its tasks.
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

mod sealed {
    pub trait Sealed {}

    impl Sealed for tokio::runtime::Builder {}
}
