//! How long a leak test waits for the rest to end, and how often it looks.

use std::task::Context;
use std::thread;
use std::time::{Duration, Instant};

use crate::leaks::deadline::Deadline;
use crate::leaks::runtime::VirtualTimer;

/// Looks again and again until the limit.
pub(crate) struct Patience {
    limit: Duration,
    until: Option<Instant>,
    pauses: u32,
    virtual_wait: Option<VirtualWait>,
}

/// A wait by a paused clock, and a limit in real time.
///
/// A blocking job keeps that clock from going on.
struct VirtualWait {
    timer: VirtualTimer,
    real_limit: Deadline,
}

impl Patience {
    /// Usually the rest ends as soon as other tasks and threads run.
    const EAGER: u32 = 100;

    /// The thread sleeps, and not the task: a timer would tie the test to one executor.
    ///
    /// It is short, since nothing else runs on this thread meanwhile.
    const PAUSE: Duration = Duration::from_micros(500);

    /// The real time that a wait by a paused clock takes at most, beside the limit.
    const REAL_TIME: Duration = Duration::from_secs(1);

    pub(crate) fn new(limit: Duration) -> Patience {
        Patience { limit, until: Instant::now().checked_add(limit), pauses: 0, virtual_wait: None }
    }

    /// Whether real time is left, or the rest has hardly had a chance to run.
    ///
    /// On a busy machine the time may be over after a few pauses.
    pub(crate) fn is_left(&self) -> bool {
        let is_eager = self.pauses < Self::EAGER && !self.limit.is_zero();
        is_eager || self.until.is_none_or(|until| Instant::now() < until)
    }

    /// Waits a little, on the thread.
    pub(crate) fn pause(&mut self) {
        self.pauses += 1;
        if self.pauses <= Self::EAGER { thread::yield_now() } else { thread::sleep(Self::PAUSE) }
    }

    /// Waits a little, in a task: false if the limit is over. The task is woken to look again.
    pub(crate) fn wait(&mut self, context: &mut Context<'_>) -> bool {
        if self.pauses == Self::EAGER {
            self.pauses += 1;
            self.virtual_wait = self.begin_virtual_wait();
        }
        if let Some(wait) = &mut self.virtual_wait {
            // The task waits for its timer alone, or the runtime would always have something to do.
            return !wait.timer.is_over(context) && !wait.real_limit.has_fired(context.waker());
        }
        let is_left = self.is_left();
        if is_left {
            self.pause();
            context.waker().wake_by_ref();
        }
        is_left
    }

    fn begin_virtual_wait(&self) -> Option<VirtualWait> {
        let timer = VirtualTimer::new(self.limit)?;
        let real_limit = Deadline::after(self.limit.saturating_add(Self::REAL_TIME), || ());
        Some(VirtualWait { timer, real_limit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_looks_often_although_its_time_is_over_unless_it_has_none() {
        let looks = |limit| {
            let mut patience = Patience::new(limit);
            let mut looks = 0;
            while patience.is_left() {
                patience.pause();
                looks += 1;
            }
            looks
        };
        assert_eq!((looks(Duration::from_nanos(1)), looks(Duration::ZERO)), (Patience::EAGER, 0));
    }
}
