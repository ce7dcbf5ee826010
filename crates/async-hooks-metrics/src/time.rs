//! The clock that is read twice on every poll.

use std::sync::LazyLock;

use quanta::Clock;

static CLOCK: LazyLock<Clock> = LazyLock::new(Clock::new);

/// Nanoseconds of a monotonic clock, from an arbitrary moment on.
#[inline]
pub(crate) fn now() -> u64 {
    CLOCK.delta_as_nanos(0, CLOCK.raw())
}
