//! Recordings on a signal. Unix only.

use std::io;
use std::thread;

use signal_hook::consts::FORBIDDEN;
use signal_hook::iterator::{Handle, Signals};
use signal_hook::low_level::signal_name;

use crate::triggers::dumper::DumpSender;

/// Asks for a recording at each arrival of a signal, until the registration is dropped.
pub(crate) struct SignalRegistration {
    handle: Handle,
}

impl SignalRegistration {
    pub(crate) fn new(signal: i32, sender: DumpSender) -> io::Result<SignalRegistration> {
        if FORBIDDEN.contains(&signal) || signal_name(signal).is_none() {
            let refusal = format!("signal {signal} cannot be waited for");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, refusal));
        }
        let mut signals = Signals::new([signal])?;
        let handle = signals.handle();
        let wait = move || signals.forever().for_each(|_| sender.ask("signal"));
        thread::Builder::new().name("async-hooks signal".to_owned()).spawn(wait)?;
        Ok(SignalRegistration { handle })
    }
}

impl Drop for SignalRegistration {
    fn drop(&mut self) {
        self.handle.close();
    }
}
