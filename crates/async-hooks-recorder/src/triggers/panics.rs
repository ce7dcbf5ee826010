//! Recordings of panics.
//!
//! One hook for panics is installed, behind the one that was there, and stays: another one may have been installed on top of it.

use std::panic;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::thread;

use crate::triggers::dumper::DumpSender;

static SENDERS: Mutex<Vec<(u64, DumpSender)>> = Mutex::new(Vec::new());

static INSTALLED: Once = Once::new();

/// Asks for a recording at each panic, until the registration is dropped.
pub(crate) struct PanicRegistration {
    number: u64,
}

impl PanicRegistration {
    pub(crate) fn new(sender: DumpSender) -> PanicRegistration {
        let number = {
            let mut senders = senders();
            let number = senders.iter().map(|(number, _)| number + 1).max().unwrap_or_default();
            senders.push((number, sender));
            number
        };
        // A thread that panics may not install a hook.
        if !thread::panicking() {
            INSTALLED.call_once(install);
        }
        PanicRegistration { number }
    }
}

fn install() {
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        previous(info);
        let senders = senders().clone();
        senders.iter().for_each(|(_, sender)| sender.ask_and_wait("panic"));
    }));
}

/// Nothing under the lock panics.
fn senders() -> MutexGuard<'static, Vec<(u64, DumpSender)>> {
    SENDERS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for PanicRegistration {
    fn drop(&mut self) {
        senders().retain(|(number, _)| *number != self.number);
    }
}
