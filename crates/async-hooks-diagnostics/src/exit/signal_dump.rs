//! Dumps of who is alive, on a signal. Unix only.

use std::fmt;
use std::io;
use std::thread;

use signal_hook::consts::FORBIDDEN;
use signal_hook::iterator::{Handle, Signals};
use signal_hook::low_level::signal_name;

use crate::exit::dump::Reason;
use crate::exit::dumps::Dumps;

/// Writes to stderr who is alive and what each did last, whenever this signal arrives: `kill -USR1 <pid>`.
///
/// The one line for the start of `main`; [`Dumps::on_signal`] is the same for a registry or a callback of your own. Numbers
/// of signals are in `libc` and `signal_hook`; `SIGUSR1` and `SIGQUIT` are customary. The program goes on afterwards, also
/// where the signal would have ended it.
///
/// # Errors
///
/// As [`Dumps::on_signal`].
///
/// # Examples
///
/// ```
/// use async_hooks_diagnostics::dump_on_signal;
/// use signal_hook::consts::SIGUSR1;
///
/// let _dump = dump_on_signal(SIGUSR1)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn dump_on_signal(signal: i32) -> io::Result<SignalDump> {
    Dumps::new().on_signal(signal)
}

impl Dumps {
    /// A dump on each arrival of this signal, until the returned guard is dropped. Signals that arrive faster than they are
    /// dumped may count as one.
    ///
    /// Others in the process may listen to the same signal. When the guard is dropped the signal is ignored, and does not go
    /// back to ending the program: nobody can tell whether anyone else still wants it.
    ///
    /// # Errors
    ///
    /// For a number that is no signal, for one that cannot be waited for (`SIGKILL`, `SIGSTOP`, `SIGSEGV`, `SIGILL`, `SIGFPE`),
    /// and where the operating system gives no pipe or no thread.
    pub fn on_signal(&self, signal: i32) -> io::Result<SignalDump> {
        let refuse = || io::Error::new(io::ErrorKind::InvalidInput, format!("signal {signal} cannot be waited for"));
        let name = signal_name(signal).filter(|_| !FORBIDDEN.contains(&signal)).ok_or_else(refuse)?;
        let mut signals = Signals::new([signal])?;
        let handle = SignalDump { handle: signals.handle() };
        let dumps = self.clone();
        let wait = move || signals.forever().for_each(|_| dumps.dump(Reason::Signal(name)));
        thread::Builder::new().name("async-hooks dump".to_owned()).spawn(wait)?;
        Ok(handle)
    }
}

/// Keeps a signal answered by dumps; dropping it ends that. Made by [`dump_on_signal`] and [`Dumps::on_signal`].
#[must_use = "dropping it ends the dumps"]
pub struct SignalDump {
    handle: Handle,
}

impl Drop for SignalDump {
    fn drop(&mut self) {
        self.handle.close();
    }
}

impl fmt::Debug for SignalDump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignalDump").finish_non_exhaustive()
    }
}
