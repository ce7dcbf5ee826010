//! The program's own callbacks on a runtime whose tasks are tracked.

use std::fmt;

use tokio::runtime::TaskMeta;

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
/// use async_hooks_core::execution_async_id;
/// use async_hooks_tokio::{BuilderExt as _, RuntimeHooks};
///
/// let hooks = RuntimeHooks::new().on_task_spawn(|task| println!("{} is {}", task.id(), execution_async_id()));
/// let runtime = tokio::runtime::Builder::new_current_thread().async_hooks_with(hooks).build().unwrap();
/// runtime.block_on(async { tokio::spawn(async {}).await }).unwrap();
/// ```
#[derive(Default)]
#[must_use = "these are called by a runtime that is given them"]
pub struct RuntimeHooks {
    pub(crate) task_spawn: Callback,
    pub(crate) before_task_poll: Callback,
    pub(crate) after_task_poll: Callback,
    pub(crate) task_terminate: Callback,
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
            .finish_non_exhaustive()
    }
}
