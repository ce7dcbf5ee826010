//! The guard that keeps a trigger.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::recorder::flight_recorder::FlightRecorder;
use crate::triggers::directory::Directory;
use crate::triggers::dumper::{self, DumpSender, DumpThread};
use crate::triggers::panics::PanicRegistration;
use crate::triggers::slow::SlowRegistration;

/// Keeps a trigger of a [`FlightRecorder`], and the recorder itself, until it is dropped.
///
/// The drop waits at most a second for a file that is being written.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use async_hooks_core::AsyncResource;
/// use async_hooks_recorder::{DumpGuard, FlightRecorder};
///
/// # let directory = std::env::temp_dir().join(format!("dump-guard-{}", std::process::id()));
/// let recorder = FlightRecorder::builder().build();
/// recorder.enable();
/// let slow: DumpGuard = recorder.dump_slow("request", Duration::from_secs(2), &directory);
/// drop(AsyncResource::new("request"));
/// drop(slow);
/// assert!(!directory.exists(), "nothing was slow");
/// ```
#[must_use = "dropping it removes the trigger"]
pub struct DumpGuard {
    /// Dropped first: it holds the last sender, and then the thread ends.
    trigger: Option<Trigger>,
    thread: Option<DumpThread>,
    _recorder: FlightRecorder,
}

/// What asks for recordings; only its drop matters.
#[allow(dead_code, reason = "it is kept for its drop")]
enum Trigger {
    Panic(PanicRegistration),
    Slow(SlowRegistration),
    #[cfg(unix)]
    Signal(crate::triggers::signal::SignalRegistration),
}

impl FlightRecorder {
    /// Writes a recording into this directory at each panic, until the guard is dropped.
    ///
    /// A thread of its own writes it; the thread that panics waits for the file, but at most a second. How often, and how many files
    /// stay, is set by the builder's [`dumps`](crate::FlightRecorderBuilder::dumps). What fails is reported once on stderr.
    ///
    /// ```
    /// use async_hooks_recorder::{FlightRecorder, Recording};
    ///
    /// # let directory = std::env::temp_dir().join(format!("dump-on-panic-{}", std::process::id()));
    /// let recorder = FlightRecorder::builder().build();
    /// recorder.enable();
    /// let guard = recorder.dump_on_panic(&directory);
    /// let _ = std::thread::spawn(|| panic!("on purpose")).join();
    ///
    /// let file = std::fs::read_dir(&directory)?.next().unwrap()?.path();
    /// assert!(Recording::open(&file).is_ok());
    /// # drop(guard);
    /// # std::fs::remove_dir_all(&directory)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn dump_on_panic(&self, dir: impl Into<PathBuf>) -> DumpGuard {
        self.trigger(dir.into(), |sender| Some(Trigger::Panic(PanicRegistration::new(sender))))
    }

    /// Writes a recording into this directory when a slow resource of this kind ends.
    ///
    /// Slow is what lived as long as `limit`, or longer. As [`dump_on_panic`](Self::dump_on_panic), but nobody waits for the file.
    ///
    /// ```
    /// use std::time::Duration;
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_recorder::{FlightRecorder, Recording};
    ///
    /// # let directory = std::env::temp_dir().join(format!("dump-slow-{}", std::process::id()));
    /// let recorder = FlightRecorder::builder().build();
    /// recorder.enable();
    /// let guard = recorder.dump_slow("http::request", Duration::ZERO, &directory);
    /// drop(AsyncResource::new("http::request"));
    /// drop(guard); // waits for the file
    ///
    /// let file = std::fs::read_dir(&directory)?.next().unwrap()?.path();
    /// assert!(Recording::open(&file)?.lifetimes().any(|life| life.kind() == "http::request"));
    /// # std::fs::remove_dir_all(&directory)?;
    /// # Ok::<(), async_hooks_recorder::RecordingError>(())
    /// ```
    pub fn dump_slow(&self, kind: &str, limit: Duration, dir: impl Into<PathBuf>) -> DumpGuard {
        let rings = &self.shared.rings;
        self.trigger(dir.into(), |sender| Some(Trigger::Slow(SlowRegistration::new(rings, kind, limit, sender))))
    }

    /// Writes a recording into this directory whenever this signal arrives: `kill -USR1 <pid>`.
    ///
    /// As [`dump_on_panic`](Self::dump_on_panic), but nobody waits for the file. After the guard is dropped the signal is ignored.
    ///
    /// # Errors
    ///
    /// If the number is no signal, if the signal cannot be handled (`SIGKILL`, `SIGSTOP`, `SIGSEGV`, `SIGILL`, `SIGFPE`), and if
    /// the operating system gives no pipe or no thread.
    ///
    /// ```
    /// use async_hooks_recorder::FlightRecorder;
    ///
    /// let recorder = FlightRecorder::builder().build();
    /// assert!(recorder.dump_on_signal(9, "recordings").is_err(), "SIGKILL cannot be handled");
    /// ```
    #[cfg(unix)]
    pub fn dump_on_signal(&self, signal: i32, dir: impl Into<PathBuf>) -> std::io::Result<DumpGuard> {
        let (sender, thread) = self.start(dir.into())?;
        let registration = crate::triggers::signal::SignalRegistration::new(signal, sender)?;
        Ok(self.guard(Some(Trigger::Signal(registration)), Some(thread)))
    }

    /// Without a thread there is no trigger; that is reported, and the program goes on.
    fn trigger(&self, dir: PathBuf, register: impl FnOnce(DumpSender) -> Option<Trigger>) -> DumpGuard {
        match self.start(dir) {
            Ok((sender, thread)) => self.guard(register(sender), Some(thread)),
            Err(error) => {
                dumper::complain(format_args!("cannot start a thread for recordings: {error}"));
                self.guard(None, None)
            }
        }
    }

    fn start(&self, dir: PathBuf) -> std::io::Result<(DumpSender, DumpThread)> {
        let settings = &self.shared.settings;
        dumper::start(&self.shared.rings, settings, Directory::new(dir, settings.max_files))
    }

    fn guard(&self, trigger: Option<Trigger>, thread: Option<DumpThread>) -> DumpGuard {
        DumpGuard { trigger, thread, _recorder: self.clone() }
    }
}

impl Drop for DumpGuard {
    fn drop(&mut self) {
        drop(self.trigger.take());
        self.thread.iter().for_each(DumpThread::wait);
    }
}

impl fmt::Debug for DumpGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DumpGuard").finish_non_exhaustive()
    }
}
