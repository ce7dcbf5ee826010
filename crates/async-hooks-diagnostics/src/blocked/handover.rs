//! Whether a worker has handed its tasks over to another thread.
//!
//! That is what tokio's own `block_in_place` does.

use std::sync::OnceLock;
use std::thread::{self, ThreadId};

use tokio::runtime::{Handle, RuntimeFlavor};

use crate::blocked::worker::is_worker;

/// The runtime that a thread is, or was, a worker of.
#[derive(Debug)]
pub(crate) struct WorkerThread {
    thread: ThreadId,
    /// Only of a runtime with several threads: the other kind has nobody to hand its tasks to.
    ///
    /// It lives as long as the thread, which ends with the runtime.
    runtime: OnceLock<Handle>,
}

impl WorkerThread {
    /// Of this thread.
    pub(crate) fn new() -> WorkerThread {
        WorkerThread { thread: thread::current().id(), runtime: OnceLock::new() }
    }

    /// A scope begins that is in no other one.
    #[inline]
    pub(crate) fn note(&self) {
        if self.runtime.get().is_none() && is_worker() {
            self.keep_runtime();
        }
    }

    #[cold]
    fn keep_runtime(&self) {
        let runtime = Handle::try_current().ok();
        runtime
            .filter(|runtime| runtime.runtime_flavor() == RuntimeFlavor::MultiThread)
            .map(|runtime| self.runtime.get_or_init(|| runtime));
    }

    /// Whether another thread has taken the place of this worker.
    ///
    /// While it blocks in place, and until the poll around that has ended.
    pub(crate) fn has_handed_over(&self) -> bool {
        self.runtime.get().is_some_and(|runtime| {
            let metrics = runtime.metrics();
            (0..metrics.num_workers()).all(|worker| metrics.worker_thread_id(worker) != Some(self.thread))
        })
    }
}
