//! A thread that calls a closure at intervals, until its handle is dropped.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// Ends the thread when it is dropped, without waiting for it.
///
/// The closure itself may drop it.
#[derive(Debug)]
pub(crate) struct Ticker {
    /// Nothing is sent: dropping the sender ends the thread.
    ///
    /// `None` if no thread could be started.
    _stop: Option<Sender<()>>,
}

/// A thread that slept this much longer than it wanted was suspended.
///
/// The whole process or machine was. Less is only a busy machine.
const STANDSTILL: Duration = Duration::from_millis(500);

impl Ticker {
    /// Calls `look` after each interval.
    ///
    /// Not if the process was suspended meanwhile: then every scope looks late.
    pub(crate) fn every(interval: Duration, name: &str, look: impl Fn() + Send + 'static) -> Ticker {
        let (stop, stopped) = mpsc::channel::<()>();
        let ticker = move || {
            let mut asleep_since = Instant::now();
            while stopped.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
                if !was_suspended(interval, asleep_since.elapsed()) {
                    look();
                }
                asleep_since = Instant::now();
            }
        };
        let started = thread::Builder::new().name(name.to_owned()).spawn(ticker);
        Ticker { _stop: started.is_ok().then_some(stop) }
    }
}

fn was_suspended(interval: Duration, slept: Duration) -> bool {
    slept > interval.saturating_add(STANDSTILL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticker_looks_again_and_again_and_ends_when_it_is_dropped() {
        let (looked, looks) = mpsc::channel();
        let look = move || looked.send(()).unwrap_or_default();
        let ticker = Ticker::every(Duration::from_millis(1), "ticker", look);
        for _ in 0..3 {
            looks.recv_timeout(Duration::from_secs(30)).expect("it looks");
        }
        drop(ticker);
        assert_eq!(last_word(&looks), Some(RecvTimeoutError::Disconnected));
    }

    /// The thread owns the sender: when it has ended, nobody is left to send.
    fn last_word(looks: &mpsc::Receiver<()>) -> Option<RecvTimeoutError> {
        std::iter::repeat_with(|| looks.recv_timeout(Duration::from_secs(30))).take(10_000).find_map(Result::err)
    }

    #[test]
    fn a_closure_that_drops_its_own_ticker_ends_it() {
        use std::sync::{Arc, Mutex};
        let (looked, looks) = mpsc::channel();
        let own = Arc::new(Mutex::new(None));
        let inside = Arc::clone(&own);
        let look = move || {
            drop(inside.lock().expect("nobody panics").take());
            let _ = looked.send(());
        };
        *own.lock().expect("nobody panics") = Some(Ticker::every(Duration::from_millis(1), "ticker", look));
        assert_eq!(last_word(&looks), Some(RecvTimeoutError::Disconnected));
    }

    #[test]
    fn after_a_suspension_the_ticker_does_not_look() {
        let interval = Duration::from_millis(5);
        assert!(!was_suspended(interval, Duration::from_millis(50)));
        assert!(was_suspended(interval, Duration::from_secs(3600)));
        assert!(!was_suspended(Duration::MAX, Duration::from_secs(3600)));
    }
}
