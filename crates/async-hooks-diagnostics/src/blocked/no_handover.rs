//! Without `--cfg tokio_unstable` tokio does not tell which thread is which worker.

/// A thread of which nothing is known.
#[derive(Debug)]
pub(crate) struct WorkerThread;

impl WorkerThread {
    pub(crate) fn new() -> WorkerThread {
        WorkerThread
    }

    #[inline]
    #[expect(clippy::unused_self, reason = "with the cfg it keeps the runtime")]
    pub(crate) fn note(&self) {}

    #[expect(clippy::unused_self, reason = "with the cfg it asks the runtime")]
    pub(crate) fn has_handed_over(&self) -> bool {
        false
    }
}
