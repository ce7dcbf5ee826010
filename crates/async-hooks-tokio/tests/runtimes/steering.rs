//! What a test needs to steer tasks and workers without a clock.

use std::sync::{Arc, Barrier};

use tokio::runtime::Runtime;
use tokio::task::{JoinHandle, yield_now};

/// How many threads the runtimes of several threads have.
pub(crate) const WORKERS: usize = 2;

/// As many polls as it says, and one.
pub(crate) async fn yield_times(times: usize) {
    for _ in 0..times {
        yield_now().await;
    }
}

/// All workers of a runtime, kept from polling anything until they are let go.
pub(crate) struct BusyWorkers {
    barrier: Arc<Barrier>,
    tasks: Vec<JoinHandle<()>>,
}

impl BusyWorkers {
    /// The runtime has [`WORKERS`].
    pub(crate) fn on(runtime: &Runtime) -> Self {
        let barrier = Arc::new(Barrier::new(WORKERS + 1));
        let occupy = |_| {
            let barrier = Arc::clone(&barrier);
            runtime.spawn(async move {
                barrier.wait();
                barrier.wait();
            })
        };
        let tasks = (0..WORKERS).map(occupy).collect();
        barrier.wait();
        BusyWorkers { barrier, tasks }
    }

    pub(crate) fn let_go(self) {
        self.barrier.wait();
        drop(self.tasks);
    }
}
