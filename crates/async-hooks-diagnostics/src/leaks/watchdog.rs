//! A thread that looks up when something takes too long, whatever the executor does meanwhile.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread;
use std::time::Duration;

/// Dropping it calls the dog off.
pub(crate) struct Watchdog {
    /// Never sent to: closing it is the message.
    _leash: Option<Sender<()>>,
    barked: Arc<Mutex<Barked>>,
}

/// What watcher and watched tell each other.
#[derive(Default)]
struct Barked {
    has: bool,
    /// The watched has seen it, and tells by itself.
    is_heeded: bool,
    waker: Option<Waker>,
}

/// How long a future has to react before the dog takes it for blocked.
const REACTION: Duration = Duration::from_millis(200);

impl Watchdog {
    /// Watches from now on. After `limit` whoever is noted is woken; who does not react is taken for blocked, and
    /// `report_blocked` runs on the dog's own thread.
    ///
    /// Where no thread can be had, nobody watches.
    pub(crate) fn after(limit: Duration, report_blocked: impl FnOnce() + Send + 'static) -> Watchdog {
        let (leash, cut) = mpsc::channel::<()>();
        let barked = Arc::new(Mutex::new(Barked::default()));
        let heard = Arc::clone(&barked);
        let watch = move || {
            if cut.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                bark(&heard);
                let is_over = cut.recv_timeout(REACTION) != Err(RecvTimeoutError::Timeout);
                if !is_over && !lock(&heard).is_heeded {
                    report_blocked();
                }
            }
        };
        let started = thread::Builder::new().name("async-hooks leak test".to_owned()).spawn(watch);
        Watchdog { _leash: started.is_ok().then_some(leash), barked }
    }

    /// Whether the limit is over; if not, `waker` is woken when it is.
    pub(crate) fn has_barked(&self, waker: &Waker) -> bool {
        let mut barked = lock(&self.barked);
        let known = barked.waker.as_ref().is_some_and(|known| known.will_wake(waker));
        if !known {
            barked.waker = Some(waker.clone());
        }
        barked.is_heeded = barked.has;
        barked.has
    }
}

fn bark(barked: &Mutex<Barked>) {
    let waker = {
        let mut barked = lock(barked);
        barked.has = true;
        barked.waker.take()
    };
    if let Some(waker) = waker {
        waker.wake();
    }
}

fn lock(barked: &Mutex<Barked>) -> MutexGuard<'_, Barked> {
    barked.lock().unwrap_or_else(PoisonError::into_inner)
}
