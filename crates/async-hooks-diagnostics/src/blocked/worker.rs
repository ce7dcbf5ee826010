//! Whether a thread drives a runtime.

/// Whether this thread is a worker of a tokio runtime.
///
/// So is a thread inside the `block_on` of a current-thread runtime.
///
/// A call that takes long there keeps tasks waiting; elsewhere it keeps only its caller.
#[inline]
pub(crate) fn is_worker() -> bool {
    tokio::runtime::worker_index().is_some()
}
