//! Without the feature `tokio` it is not known whether a thread drives a runtime.

/// Each thread counts as one that does.
#[inline]
pub(crate) fn is_worker() -> bool {
    true
}
