//! What is known of the tokio runtime that polls a leak test or asks for a report.

use async_hooks_tools::Contained;

use std::hint;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::time::{self, Sleep};

use crate::alive::task_runtime::TaskRuntime;

/// The runtime of a test, and the number of its tasks when the test began.
pub(crate) struct Runtime {
    handle: Option<Handle>,
    id: TaskRuntime,
    tasks_at_start: usize,
}

impl Runtime {
    /// The runtime that polls the caller, if there is one.
    pub(crate) fn current() -> Runtime {
        let handle = Handle::try_current().ok();
        let tasks_at_start = handle.as_ref().map_or(0, |handle| handle.metrics().num_alive_tasks());
        Runtime { handle, id: TaskRuntime::current(), tasks_at_start }
    }

    pub(crate) fn id(&self) -> TaskRuntime {
        self.id
    }

    /// The number of living tasks; 0 outside a runtime.
    pub(crate) fn tasks(&self) -> usize {
        self.handle.as_ref().map_or(0, |handle| handle.metrics().num_alive_tasks())
    }

    /// By how many tasks there are more than when the test began.
    pub(crate) fn new_tasks(&self) -> usize {
        self.tasks().saturating_sub(self.tasks_at_start)
    }
}

/// A timer of a runtime whose clock is paused.
///
/// Time passes there only while the runtime has nothing to do, and then at once: the clock goes on to the next timer. So a timer of
/// our own ends the wait at the right moment, before the clock goes on to a later timer of a leaked task.
pub(crate) struct VirtualTimer {
    sleep: Pin<Box<Sleep>>,
}

impl VirtualTimer {
    /// `None` unless the clock of the current runtime is paused.
    pub(crate) fn new(limit: Duration) -> Option<VirtualTimer> {
        let sleep = || Box::pin(time::sleep(limit));
        // A runtime with a paused clock and without timers panics here.
        let sleep = is_clock_paused().then(|| Contained::new("a timer of a leak test").run(sleep)).flatten();
        sleep.map(|sleep| VirtualTimer { sleep })
    }

    /// Whether the limit is over; if not, the task is woken when it is.
    pub(crate) fn is_over(&mut self, context: &mut Context<'_>) -> bool {
        matches!(self.sleep.as_mut().poll(context), Poll::Ready(()))
    }
}

/// A paused clock stands still while real time passes.
fn is_clock_paused() -> bool {
    const MOMENT: Duration = Duration::from_micros(20);
    let before = (time::Instant::now(), Instant::now());
    while before.1.elapsed() < MOMENT {
        hint::spin_loop();
    }
    Handle::try_current().is_ok() && time::Instant::now() == before.0
}
