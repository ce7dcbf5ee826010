//! On which runtime a task was spawned.

use async_hooks_core::Resource;

/// The kind of a task of tokio.
pub(crate) const TASK: &str = "tokio::task";

/// The runtime in which a task was spawned.
///
/// It is unknown for other resources, and for what was spawned outside of any runtime.
///
/// A task that code of one runtime spawns on another one, through a handle, counts as one of the former.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TaskRuntime(Option<Id>);

impl TaskRuntime {
    /// The runtime of the calling code.
    pub(crate) fn current() -> TaskRuntime {
        TaskRuntime(current_id())
    }

    /// Called where the resource is created.
    pub(crate) fn of_new(resource: &Resource) -> TaskRuntime {
        if resource.kind() == TASK { TaskRuntime::current() } else { TaskRuntime(None) }
    }

    /// Whether both may be the same; false only if they certainly are two.
    pub(crate) fn may_be(self, other: TaskRuntime) -> bool {
        self.0.zip(other.0).is_none_or(|(own, other)| own == other)
    }
}

#[cfg(feature = "tokio")]
type Id = tokio::runtime::Id;

#[cfg(feature = "tokio")]
fn current_id() -> Option<Id> {
    tokio::runtime::Handle::try_current().ok().map(|handle| handle.id())
}

/// Without the feature `tokio` no runtime is known.
#[cfg(not(feature = "tokio"))]
type Id = std::convert::Infallible;

#[cfg(not(feature = "tokio"))]
fn current_id() -> Option<Id> {
    None
}
