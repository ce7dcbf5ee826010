//! How long a leak test waits for the rest to end, and how often it looks.

use std::thread;
use std::time::{Duration, Instant};

/// Looks again and again until the limit.
pub(crate) struct Patience {
    until: Option<Instant>,
    pauses: u32,
}

impl Patience {
    /// Usually the rest ends as soon as other threads run.
    const EAGER: u32 = 100;

    /// The thread sleeps, and not the task.
    ///
    /// A timer would tie the test to one executor, and would advance a paused clock of tokio. It is short, since nothing else
    /// runs on this thread meanwhile.
    const PAUSE: Duration = Duration::from_micros(500);

    pub(crate) fn new(limit: Duration) -> Patience {
        Patience { until: Instant::now().checked_add(limit), pauses: 0 }
    }

    pub(crate) fn is_left(&self) -> bool {
        self.until.is_none_or(|until| Instant::now() < until)
    }

    pub(crate) fn pause(&mut self) {
        self.pauses += 1;
        if self.pauses <= Self::EAGER { thread::yield_now() } else { thread::sleep(Self::PAUSE) }
    }
}
