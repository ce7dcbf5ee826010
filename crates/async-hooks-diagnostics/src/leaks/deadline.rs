//! A thread that notices when a test takes too long, also while the executor is blocked.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread;
use std::time::Duration;

/// Fires after a limit, unless it is dropped before.
pub(crate) struct Deadline {
    /// Nothing is sent: dropping the sender ends the thread.
    _stop: Option<Sender<()>>,
    state: Arc<Mutex<DeadlineState>>,
}

/// What the thread and the test tell each other.
#[derive(Default)]
struct DeadlineState {
    has_fired: bool,
    /// The test has seen that the deadline fired, and reports it.
    is_noticed: bool,
    waker: Option<Waker>,
}

/// A test that has not noticed the deadline after this time is blocked.
const REACTION: Duration = Duration::from_millis(200);

impl Deadline {
    /// Starts the thread.
    ///
    /// After `limit` it wakes the test; if the test does not react, the thread calls `report_blocked`.
    ///
    /// If no thread can be started, the deadline never fires.
    pub(crate) fn after(limit: Duration, report_blocked: impl FnOnce() + Send + 'static) -> Deadline {
        let (stop, stopped) = mpsc::channel::<()>();
        let state = Arc::new(Mutex::new(DeadlineState::default()));
        let shared = Arc::clone(&state);
        let wait = move || {
            if stopped.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                fire(&shared);
                let is_over = stopped.recv_timeout(REACTION) != Err(RecvTimeoutError::Timeout);
                if !is_over && !lock(&shared).is_noticed {
                    report_blocked();
                }
            }
        };
        let started = thread::Builder::new().name("async-hooks leak test".to_owned()).spawn(wait);
        Deadline { _stop: started.is_ok().then_some(stop), state }
    }

    /// Whether the limit is over; if not, `waker` is woken when it is.
    pub(crate) fn has_fired(&self, waker: &Waker) -> bool {
        let mut state = lock(&self.state);
        let is_known = state.waker.as_ref().is_some_and(|known| known.will_wake(waker));
        if !is_known {
            state.waker = Some(waker.clone());
        }
        state.is_noticed = state.has_fired;
        state.has_fired
    }
}

fn fire(state: &Mutex<DeadlineState>) {
    let waker = {
        let mut state = lock(state);
        state.has_fired = true;
        state.waker.take()
    };
    if let Some(waker) = waker {
        waker.wake();
    }
}

fn lock(state: &Mutex<DeadlineState>) -> MutexGuard<'_, DeadlineState> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
