//! The program's own callbacks on a runtime whose tasks are tracked.

use std::fmt;

use tokio::runtime::TaskMeta;

use crate::detach_when::Predicate;
use crate::poll_wrapper::PollWrapper;

/// What tokio calls with a task; `None` for nothing.
pub(crate) type Callback = Option<Box<dyn Fn(&TaskMeta<'_>) + Send + Sync>>;

/// The program's own callbacks, for a runtime whose tasks are tracked.
///
/// A tokio runtime has one slot for each callback, and tracking takes them; setting one again on the `Builder` would
/// silently stop the tracking. Pass yours to [`BuilderExt::async_hooks_with`](crate::BuilderExt::async_hooks_with)
/// instead: they are called from ours, inside the scope of the task they are about, so `execution_async_id()` says
/// which resource tokio's id belongs to. For a task that is tracked by a wrapper, such as [`spawn`](crate::spawn), they
/// are called outside its scope.
///
/// # Examples
///
/// ```
/// use std::sync::Mutex;
/// use async_hooks_core::{AsyncId, execution_async_id};
/// use async_hooks_tokio::{BuilderExt as _, RuntimeHooks};
/// use tokio::task;
///
/// static SPAWNED: Mutex<Vec<(task::Id, AsyncId)>> = Mutex::new(Vec::new());
///
/// let hooks = RuntimeHooks::new().on_task_spawn(|task| SPAWNED.lock().unwrap().push((task.id(), execution_async_id())));
/// let runtime = tokio::runtime::Builder::new_current_thread().async_hooks_with(hooks).build().unwrap();
/// let ids = runtime.block_on(runtime.spawn(async { (task::id(), execution_async_id()) })).unwrap();
/// assert_eq!(*SPAWNED.lock().unwrap(), [ids]);
/// ```
#[derive(Default)]
#[must_use = "these are called by a runtime that is given them"]
pub struct RuntimeHooks {
    pub(crate) task_spawn: Callback,
    pub(crate) before_task_poll: Callback,
    pub(crate) after_task_poll: Callback,
    pub(crate) task_terminate: Callback,
    pub(crate) detach_when: Option<Predicate>,
    pub(crate) wrapper: Option<Box<dyn PollWrapper>>,
    pub(crate) tells_driver: bool,
}

impl RuntimeHooks {
    /// Starts without a callback.
    ///
    /// ```
    /// use async_hooks_tokio::RuntimeHooks;
    ///
    /// assert!(format!("{:?}", RuntimeHooks::new()).contains("on_task_spawn: false"));
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Called when a task is spawned: tokio's `Builder::on_task_spawn`.
    ///
    /// It runs on the spawner's thread and inside the new task's scope.
    ///
    /// ```
    /// use std::sync::Mutex;
    /// use async_hooks_core::execution_async_id;
    /// use async_hooks_tokio::{BuilderExt as _, RuntimeHooks};
    ///
    /// static SEEN: Mutex<Vec<async_hooks_core::AsyncId>> = Mutex::new(Vec::new());
    ///
    /// let hooks = RuntimeHooks::new().on_task_spawn(|_| SEEN.lock().unwrap().push(execution_async_id()));
    /// let runtime = tokio::runtime::Builder::new_current_thread().async_hooks_with(hooks).build().unwrap();
    /// let id = runtime.block_on(async { tokio::spawn(async { execution_async_id() }).await }).unwrap();
    /// assert_eq!(*SEEN.lock().unwrap(), [id]);
    /// ```
    pub fn on_task_spawn<F>(self, f: F) -> Self
    where
        F: Fn(&TaskMeta<'_>) + Send + Sync + 'static,
    {
        RuntimeHooks { task_spawn: Some(Box::new(f)), ..self }
    }

    /// Called before each poll, behind `before`: tokio's `Builder::on_before_task_poll`.
    ///
    /// ```
    /// use std::sync::Mutex;
    /// use async_hooks_core::execution_async_id;
    /// use async_hooks_tokio::{BuilderExt as _, RuntimeHooks};
    ///
    /// static SEEN: Mutex<Vec<async_hooks_core::AsyncId>> = Mutex::new(Vec::new());
    ///
    /// let hooks = RuntimeHooks::new().on_before_task_poll(|_| SEEN.lock().unwrap().push(execution_async_id()));
    /// let runtime = tokio::runtime::Builder::new_current_thread().async_hooks_with(hooks).build().unwrap();
    /// let id = runtime.block_on(async { tokio::spawn(async { execution_async_id() }).await }).unwrap();
    /// assert_eq!(*SEEN.lock().unwrap(), [id]);
    /// ```
    pub fn on_before_task_poll<F>(self, f: F) -> Self
    where
        F: Fn(&TaskMeta<'_>) + Send + Sync + 'static,
    {
        RuntimeHooks { before_task_poll: Some(Box::new(f)), ..self }
    }

    /// Called after each poll, ahead of `after`: tokio's `Builder::on_after_task_poll`.
    ///
    /// The next poll may have begun elsewhere, so what `f` enters by `enter_with` ends with it.
    ///
    /// ```
    /// use std::sync::Mutex;
    /// use async_hooks_core::execution_async_id;
    /// use async_hooks_tokio::{BuilderExt as _, RuntimeHooks};
    ///
    /// static SEEN: Mutex<Vec<async_hooks_core::AsyncId>> = Mutex::new(Vec::new());
    ///
    /// let hooks = RuntimeHooks::new().on_after_task_poll(|_| SEEN.lock().unwrap().push(execution_async_id()));
    /// let runtime = tokio::runtime::Builder::new_current_thread().async_hooks_with(hooks).build().unwrap();
    /// let id = runtime.block_on(async { tokio::spawn(async { execution_async_id() }).await }).unwrap();
    /// assert_eq!(*SEEN.lock().unwrap(), [id]);
    /// ```
    pub fn on_after_task_poll<F>(self, f: F) -> Self
    where
        F: Fn(&TaskMeta<'_>) + Send + Sync + 'static,
    {
        RuntimeHooks { after_task_poll: Some(Box::new(f)), ..self }
    }

    /// Called when a task has ended, ahead of `destroy`: tokio's `Builder::on_task_terminate`.
    ///
    /// ```
    /// use std::sync::Mutex;
    /// use async_hooks_core::execution_async_id;
    /// use async_hooks_tokio::{BuilderExt as _, RuntimeHooks};
    ///
    /// static SEEN: Mutex<Vec<async_hooks_core::AsyncId>> = Mutex::new(Vec::new());
    ///
    /// let hooks = RuntimeHooks::new().on_task_terminate(|_| SEEN.lock().unwrap().push(execution_async_id()));
    /// let runtime = tokio::runtime::Builder::new_current_thread().async_hooks_with(hooks).build().unwrap();
    /// let id = runtime.block_on(async { tokio::spawn(async { execution_async_id() }).await }).unwrap();
    /// assert_eq!(*SEEN.lock().unwrap(), [id]);
    /// ```
    pub fn on_task_terminate<F>(self, f: F) -> Self
    where
        F: Fn(&TaskMeta<'_>) + Send + Sync + 'static,
    {
        RuntimeHooks { task_terminate: Some(Box::new(f)), ..self }
    }
}

impl RuntimeHooks {
    /// Spawns the tasks for which `predicate` holds with no values: those of pools and actors.
    ///
    /// A library may spawn a task in one request that serves all later ones: the connection of a pool, a reconnecting client, an actor, a
    /// scheduler. Such a task would show the values of the first request to everybody, and keep them in memory. Detached, it has every
    /// [`AsyncLocal`](async_hooks_core::AsyncLocal) unset, as in [`detached`](async_hooks_core::detached). It keeps its id and its trigger.
    /// It may outlive its trigger: it is no orphan for a leak detector, and a leak test does not wait for it.
    /// [`in_current_span`](Self::in_current_span) leaves it alone.
    ///
    /// [`spawned_by_dependency`](crate::spawned_by_dependency) is a predicate for all libraries at once. A library that spawns a task to
    /// work for one request then loses the values as well; name the libraries whose tasks serve many requests, if that matters:
    /// `|task| task.spawned_at().file().contains("/deadpool-")`.
    ///
    /// `predicate` runs at the spawn, in the scope of the spawner, for each task that no wrapper tracks. A task that it spawns itself is
    /// not asked about, and not detached. If it panics, the task is not detached, and one line on stderr says so, the first time.
    /// A span that tokio creates for the task has sent `init` before, with the spawner's values.
    ///
    /// # Examples
    ///
    /// ```
    /// use async_hooks_core::AsyncLocal;
    /// use async_hooks_tokio::{BuilderExt as _, RuntimeHooks};
    ///
    /// static USER: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// const POOL: u32 = line!() + 2;
    /// fn connect() -> tokio::task::JoinHandle<Option<std::sync::Arc<&'static str>>> {
    ///     tokio::spawn(async { USER.get() })
    /// }
    ///
    /// // A real program compares the file.
    /// let hooks = RuntimeHooks::new().detach_when(|task| task.spawned_at().line() == POOL);
    /// let runtime = tokio::runtime::Builder::new_current_thread().async_hooks_with(hooks).build().unwrap();
    /// runtime.block_on(USER.scope("alice", async {
    ///     assert_eq!(connect().await.unwrap(), None);
    ///     assert_eq!(tokio::spawn(async { USER.get() }).await.unwrap().as_deref(), Some(&"alice"));
    /// }));
    /// ```
    pub fn detach_when<F>(self, predicate: F) -> Self
    where
        F: Fn(&TaskMeta<'_>) -> bool + Send + Sync + 'static,
    {
        RuntimeHooks { detach_when: Some(Predicate::new(predicate)), ..self }
    }
}

impl RuntimeHooks {
    /// Attributes wakes by the runtime's driver to a root of kind `"tokio::driver"`.
    ///
    /// The driver wakes when a timer fires or a socket is ready. A hook on `wake` can then distinguish these wakes from
    /// the program's own.
    ///
    /// With tokio's `tracing` feature and `async_hooks::tracing::layer()` a task that waits for timers only is woken by
    /// `"tokio::time"`, and one that waits for anything else but timers by `"tokio::io"`.
    ///
    /// It takes the builder's `on_thread_park` and `on_thread_unpark`, of which tokio has one each; that is why it is asked for.
    /// A runtime that is busy looks after its timers and sockets without parking; what it wakes then is woken by the root, of
    /// kind `"root"`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    /// use std::time::Duration;
    /// use async_hooks_core::create_hook;
    /// use async_hooks_tokio::{BuilderExt as _, RuntimeHooks, spawn};
    ///
    /// let wakers: Arc<Mutex<Vec<&str>>> = Arc::default();
    /// let seen = Arc::clone(&wakers);
    /// let hook = create_hook().wake(move |_, by| seen.lock().unwrap().push(by.kind())).build();
    /// let _enabled = hook.enable_scoped();
    ///
    /// let hooks = RuntimeHooks::new().driver_wakes();
    /// let runtime = tokio::runtime::Builder::new_current_thread().enable_time().async_hooks_with(hooks).build().unwrap();
    /// runtime.block_on(async { spawn(tokio::time::sleep(Duration::from_millis(2))).await }).unwrap();
    /// assert!(wakers.lock().unwrap().contains(&"tokio::driver"));
    /// ```
    pub fn driver_wakes(self) -> Self {
        RuntimeHooks { tells_driver: true, ..self }
    }
}

impl fmt::Debug for RuntimeHooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RuntimeHooks")
            .field("on_task_spawn", &self.task_spawn.is_some())
            .field("on_before_task_poll", &self.before_task_poll.is_some())
            .field("on_after_task_poll", &self.after_task_poll.is_some())
            .field("on_task_terminate", &self.task_terminate.is_some())
            .field("detach_when", &self.detach_when.is_some())
            .finish_non_exhaustive()
    }
}
