//! What the server has answered with a recorder and without, in turn.

use std::fmt;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use crate::client::Users;
use crate::process;

/// What a stretch of time has answered, and what that took.
#[derive(Clone, Copy, Default)]
pub(crate) struct Slice {
    answered: u64,
    /// Hundredths of a second of the processors.
    worked: u64,
    took: Duration,
}

impl Slice {
    pub(crate) fn measure(runtime: &Runtime, users: &Users, duration: Duration) -> Self {
        let (start, answered, worked) = (Instant::now(), users.answered(), process::worked());
        runtime.block_on(async { tokio::time::sleep(duration).await });
        let (answered, worked) = (users.answered() - answered, process::worked() - worked);
        Slice { answered, worked, took: start.elapsed() }
    }

    fn add(&mut self, other: Slice) {
        self.answered += other.answered;
        self.worked += other.worked;
        self.took += other.took;
    }

    fn answered_in_second(&self) -> f64 {
        self.answered as f64 / self.took.as_secs_f64()
    }

    fn answered_in_time_of_processor(&self) -> f64 {
        self.answered as f64 / self.worked.max(1) as f64
    }
}

/// The sums over all slices.
#[derive(Default)]
pub(crate) struct Slices {
    without: Slice,
    with: Slice,
}

impl Slices {
    pub(crate) fn add(&mut self, without: Slice, with: Slice) {
        self.without.add(without);
        self.with.add(with);
    }

    /// Requests a second with the recorder, of those without.
    pub(crate) fn answered_ratio(&self) -> f64 {
        self.with.answered_in_second() / self.without.answered_in_second()
    }
}

impl fmt::Display for Slices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, slice) in [("without", self.without), ("with", self.with)] {
            let (answered, in_second) = (slice.answered, slice.answered_in_second());
            writeln!(f, "{name:<8}{answered:>12} requests {in_second:>10.0} a second")?;
        }
        let in_work = self.with.answered_in_time_of_processor() / self.without.answered_in_time_of_processor();
        write!(f, "with of without: {:.3}; for the same work of the processors {in_work:.3}", self.answered_ratio())
    }
}
