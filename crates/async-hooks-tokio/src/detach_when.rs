//! Which tasks are spawned without values: the predicate of `RuntimeHooks::detach_when`.

use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use async_hooks_core::runtime;
use tokio::runtime::TaskMeta;

/// Whether a dependency spawned the task, as the path of the spawning file tells.
///
/// It is a predicate for [`RuntimeHooks::detach_when`](crate::RuntimeHooks::detach_when). A dependency is what lies in cargo's
/// registry, in its git checkouts, or in a folder `vendor`; paths that `trim-paths` has remapped are known, too
/// (`hyper-1.12.0/src/lib.rs`). A crate of the workspace is the program's own, and so is a path that was remapped otherwise.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncLocal;
/// use async_hooks_tokio::{BuilderExt as _, RuntimeHooks, spawned_by_dependency};
///
/// static USER: AsyncLocal<&str> = AsyncLocal::new();
///
/// let hooks = RuntimeHooks::new().detach_when(spawned_by_dependency);
/// let runtime = tokio::runtime::Builder::new_current_thread().async_hooks_with(hooks).build().unwrap();
/// let own = USER.run("alice", || runtime.spawn(async { USER.get() }));
/// assert_eq!(runtime.block_on(own).unwrap().as_deref(), Some(&"alice"));
/// ```
#[must_use]
pub fn spawned_by_dependency(task: &TaskMeta<'_>) -> bool {
    runtime::dependency(task.spawned_at().file()).is_some()
}

/// A predicate of the program, whose panics and spawns are contained.
pub(crate) struct Predicate {
    holds: Box<dyn Fn(&TaskMeta<'_>) -> bool + Send + Sync>,
    /// Only the first panic is reported.
    has_panicked: AtomicBool,
}

thread_local! {
    /// Whether a predicate runs on this thread: what it spawns is not asked about.
    static IS_ASKING: Cell<bool> = const { Cell::new(false) };
}

impl Predicate {
    pub(crate) fn new(holds: impl Fn(&TaskMeta<'_>) -> bool + Send + Sync + 'static) -> Self {
        Predicate { holds: Box::new(holds), has_panicked: AtomicBool::new(false) }
    }

    pub(crate) fn holds(&self, task: &TaskMeta<'_>) -> bool {
        if IS_ASKING.replace(true) {
            return false;
        }
        let holds = catch_unwind(AssertUnwindSafe(|| (self.holds)(task)));
        IS_ASKING.set(false);
        holds.unwrap_or_else(|payload| {
            let is_first = !self.has_panicked.swap(true, Ordering::Relaxed);
            runtime::contain_panic(
                is_first,
                format_args!("`detach_when` panicked and a task keeps its values"),
                payload,
            );
            false
        })
    }
}

impl fmt::Debug for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Predicate").field("has_panicked", &self.has_panicked).finish_non_exhaustive()
    }
}
