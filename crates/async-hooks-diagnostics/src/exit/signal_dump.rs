//! Dumps of the living resources on a signal. Unix only.

use std::fmt;
use std::io;
use std::thread;

use signal_hook::consts::FORBIDDEN;
use signal_hook::iterator::{Handle, Signals};
use signal_hook::low_level::signal_name;

use crate::exit::dump::Reason;
use crate::exit::dumps::Dumps;

/// Writes a [`Dump`](crate::Dump) to stderr whenever this signal arrives: `kill -USR1 <pid>`.
///
/// It is one line for the start of `main`; [`Dumps::on_signal`] does the same with a registry or a callback of your own. The
/// numbers of signals are in `libc` and `signal_hook`; `SIGUSR1` and `SIGQUIT` are usual. The program goes on after the dump, also
/// if the signal ends a program by default.
///
/// # Errors
///
/// As [`Dumps::on_signal`].
///
/// # Examples
///
/// ```
/// use async_hooks_diagnostics::dump_on_signal;
/// use signal_hook::consts::{SIGKILL, SIGUSR1};
///
/// let _dump = dump_on_signal(SIGUSR1)?;
/// assert!(dump_on_signal(SIGKILL).is_err(), "no program can handle it");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn dump_on_signal(signal: i32) -> io::Result<SignalDump> {
    Dumps::new().on_signal(signal)
}

impl Dumps {
    /// Makes a dump on each arrival of this signal, until the returned guard is dropped.
    ///
    /// Signals that arrive during a dump may count as one. Other code of the process may handle the same signal. After the guard is
    /// dropped the signal is ignored, and does not end the program again: it is unknown whether other code still handles it.
    ///
    /// # Errors
    ///
    /// If the number is no signal, if the signal cannot be handled (`SIGKILL`, `SIGSTOP`, `SIGSEGV`, `SIGILL`, `SIGFPE`), and if the
    /// operating system gives no pipe or no thread.
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use async_hooks_diagnostics::Dumps;
    /// use signal_hook::{consts::SIGUSR1, low_level::raise};
    ///
    /// let (sender, reasons) = mpsc::channel();
    /// let dumps = Dumps::new().on_dump(move |dump| sender.send(dump.reason()).unwrap_or_default());
    /// let _dump = dumps.on_signal(SIGUSR1)?;
    /// raise(SIGUSR1)?; // as `kill -USR1 <pid>` does
    /// assert_eq!(reasons.recv().unwrap(), "signal SIGUSR1");
    /// # Ok::<(), std::io::Error>(())
    /// ```
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

/// Makes dumps on a signal until it is dropped.
///
/// [`dump_on_signal`] and [`Dumps::on_signal`] return it.
///
/// # Examples
///
/// ```
/// use async_hooks_diagnostics::{Dumps, SignalDump};
/// use signal_hook::consts::{SIGKILL, SIGUSR2};
///
/// let dump: SignalDump = Dumps::new().on_signal(SIGUSR2)?;
/// drop(dump);
/// assert!(Dumps::new().on_signal(SIGKILL).is_err(), "no program can handle it");
/// # Ok::<(), std::io::Error>(())
/// ```
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
