//! What is known of the runtime without the feature `tokio`: nothing.

use std::task::Context;
use std::time::Duration;

use crate::alive::task_runtime::TaskRuntime;

/// The runtime of a test.
pub(crate) struct Runtime;

impl Runtime {
    pub(crate) fn current() -> Runtime {
        Runtime
    }

    #[expect(clippy::unused_self, reason = "with the feature `tokio` it is the one of the test")]
    pub(crate) fn id(&self) -> TaskRuntime {
        TaskRuntime::current()
    }

    #[expect(clippy::unused_self, reason = "with the feature `tokio` it counts")]
    pub(crate) fn tasks(&self) -> usize {
        0
    }

    #[expect(clippy::unused_self, reason = "with the feature `tokio` it counts")]
    pub(crate) fn new_tasks(&self) -> usize {
        0
    }
}

/// A timer of a runtime whose clock is paused: there is none.
pub(crate) enum VirtualTimer {}

impl VirtualTimer {
    pub(crate) fn new(_: Duration) -> Option<VirtualTimer> {
        None
    }

    pub(crate) fn is_over(&mut self, _: &mut Context<'_>) -> bool {
        match *self {}
    }
}
