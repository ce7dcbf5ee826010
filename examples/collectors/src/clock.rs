//! The clock of the system.

use std::time::SystemTime;

/// Unix nanoseconds.
pub(crate) fn now() -> u64 {
    SystemTime::UNIX_EPOCH.elapsed().map_or(0, |time| time.as_nanos() as u64)
}
