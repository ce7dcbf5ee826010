//! A thread that looks after something at intervals, until it is let go.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// Dropping it ends the thread, at once and without waiting for it: the last handle may be dropped by what the thread calls.
#[derive(Debug)]
pub(crate) struct Patrol {
    /// Never sent to: closing it is the message. `None` where no thread could be had; then nobody looks.
    _leash: Option<Sender<()>>,
}

/// Sleeping this much longer than one wanted means that the whole process stood still: it was stopped, or the machine
/// suspended. Less is only a busy machine.
const STANDSTILL: Duration = Duration::from_millis(500);

impl Patrol {
    /// Calls `look` after each interval, but not right after the whole process has stood still: everything looks late then.
    pub(crate) fn every(interval: Duration, name: &str, look: impl Fn() + Send + 'static) -> Patrol {
        let (leash, cut) = mpsc::channel::<()>();
        let patrol = move || {
            let mut asleep_since = Instant::now();
            while cut.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
                if !has_stood_still(interval, asleep_since.elapsed()) {
                    look();
                }
                asleep_since = Instant::now();
            }
        };
        let started = thread::Builder::new().name(name.to_owned()).spawn(patrol);
        Patrol { _leash: started.is_ok().then_some(leash) }
    }
}

fn has_stood_still(interval: Duration, slept: Duration) -> bool {
    slept > interval.saturating_add(STANDSTILL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patrol_looks_again_and_again_and_ends_when_it_is_let_go() {
        let (looked, looks) = mpsc::channel();
        let look = move || looked.send(()).unwrap_or_default();
        let patrol = Patrol::every(Duration::from_millis(1), "patrol", look);
        for _ in 0..3 {
            looks.recv_timeout(Duration::from_secs(30)).expect("it looks");
        }
        drop(patrol);
        assert_eq!(last_word(&looks), Some(RecvTimeoutError::Disconnected));
    }

    /// The thread owns the sender: when it has ended, nobody is left to send.
    fn last_word(looks: &mpsc::Receiver<()>) -> Option<RecvTimeoutError> {
        std::iter::repeat_with(|| looks.recv_timeout(Duration::from_secs(30))).take(10_000).find_map(Result::err)
    }

    #[test]
    fn a_thread_that_lets_go_of_itself_ends() {
        use std::sync::{Arc, Mutex};
        let (looked, looks) = mpsc::channel();
        let own = Arc::new(Mutex::new(None));
        let inside = Arc::clone(&own);
        let look = move || {
            drop(inside.lock().expect("nobody panics").take());
            let _ = looked.send(());
        };
        *own.lock().expect("nobody panics") = Some(Patrol::every(Duration::from_millis(1), "patrol", look));
        assert_eq!(last_word(&looks), Some(RecvTimeoutError::Disconnected));
    }

    #[test]
    fn what_a_suspended_machine_slept_is_no_look() {
        let interval = Duration::from_millis(5);
        assert!(!has_stood_still(interval, Duration::from_millis(50)));
        assert!(has_stood_still(interval, Duration::from_secs(3600)));
        assert!(!has_stood_still(Duration::MAX, Duration::from_secs(3600)));
    }
}
