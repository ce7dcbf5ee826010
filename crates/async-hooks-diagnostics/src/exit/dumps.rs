//! Dumps of the living resources, on request and when something takes too long.

use std::fmt;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use crate::alive::registry::Registry;
use crate::exit::dump::{Dump, Reason};
use crate::print::report::Report as _;
use crate::tool::callback::Callback;

/// Makes a [`Dump`] on request, on a signal, or when a shutdown takes too long.
///
/// It answers why a program does not exit.
///
/// Make it at the start of the program: what was created before is unknown. A dump is written to stderr, unless
/// [`on_dump`](Self::on_dump) receives it.
///
/// Node: the package `why-is-node-running`; Go: the goroutine dump on `SIGQUIT`; Java: `jstack`.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncResource;
/// use async_hooks_diagnostics::Dumps;
///
/// let dumps = Dumps::new();
/// let job = AsyncResource::new("job");
/// let dump = job.run_in_async_scope(|| dumps.now());
/// assert_eq!(dump.executing()[0].resource(), job.resource());
/// println!("{dump}");
/// // dump, asked: 1 resource executing, 0 waiting
/// //
/// //   job 2  src/main.rs:5:11  12 µs old, 1 poll, busy 9 µs, executing for 9 µs
/// //
/// // 1 alive: 1 job
/// // …
/// ```
#[derive(Clone)]
pub struct Dumps {
    registry: Registry,
    on_dump: Callback<Dump>,
}

impl Dumps {
    /// Makes dumps of what is created from now on.
    #[must_use]
    pub fn new() -> Dumps {
        let registry = Registry::new();
        registry.enable();
        Dumps::of(&registry)
    }

    /// Makes dumps of what a registry lists.
    ///
    /// ```
    /// use async_hooks_core::{AsyncLocal, AsyncResource};
    /// use async_hooks_diagnostics::{Dumps, Registry};
    ///
    /// static PATH: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// let registry = Registry::new().label_with(|| PATH.get());
    /// registry.enable();
    /// let dumps = Dumps::of(&registry);
    /// let _job = PATH.run("/orders", || AsyncResource::new("job"));
    /// assert_eq!(dumps.now().tree().resources()[0].label(), Some("/orders"));
    /// ```
    #[must_use]
    pub fn of(registry: &Registry) -> Dumps {
        Dumps { registry: registry.clone(), on_dump: Callback::new(Dump::eprint) }
    }

    /// Receives each dump, which is otherwise written to stderr.
    ///
    /// The closure runs on a thread of its own. If it panics, it is not called again.
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use std::time::Duration;
    /// use async_hooks_diagnostics::Dumps;
    ///
    /// let (sender, reasons) = mpsc::channel();
    /// let dumps = Dumps::new().on_dump(move |dump| sender.send(dump.reason()).unwrap_or_default());
    /// let _shutdown = dumps.after(Duration::from_millis(5));
    /// assert_eq!(reasons.recv().unwrap(), "not done within 5 ms");
    /// ```
    #[must_use]
    pub fn on_dump(self, call: impl Fn(&Dump) + Send + Sync + 'static) -> Dumps {
        Dumps { on_dump: Callback::new(call), ..self }
    }

    /// Makes a dump of this moment, to look at or to [`print`](crate::Report::print).
    pub fn now(&self) -> Dump {
        Dump::new(Reason::Asked, self.registry.tree())
    }

    /// Makes a dump if the returned guard is not dropped in time, as in a shutdown that hangs.
    ///
    /// A thread makes it, so it works whatever blocks the runtime. If no thread can be started, there is no dump.
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use std::time::Duration;
    /// use async_hooks_diagnostics::Dumps;
    ///
    /// let (sender, dumped) = mpsc::channel();
    /// let dumps = Dumps::new().on_dump(move |dump| sender.send(dump.tree().len()).unwrap_or_default());
    /// # let runtime = ();
    /// let shutdown = dumps.after(Duration::from_secs(5));
    /// drop(runtime); // if this takes longer, the dump shows what is still alive
    /// drop(shutdown);
    /// assert!(dumped.try_recv().is_err(), "it was in time");
    /// ```
    pub fn after(&self, limit: Duration) -> DumpDeadline {
        let (stop, stopped) = mpsc::channel::<()>();
        let dumps = self.clone();
        let wait = move || {
            if stopped.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                dumps.dump(Reason::Late(limit));
            }
        };
        let started = thread::Builder::new().name("async-hooks deadline".to_owned()).spawn(wait);
        DumpDeadline { _stop: started.is_ok().then_some(stop) }
    }

    pub(crate) fn dump(&self, reason: Reason) {
        self.on_dump.call(&Dump::new(reason, self.registry.tree()));
    }
}

impl Default for Dumps {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Dumps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dumps").field("registry", &self.registry).finish_non_exhaustive()
    }
}

/// Prevents a dump if it is dropped in time; made by [`Dumps::after`].
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use async_hooks_diagnostics::{DumpDeadline, Dumps};
///
/// let dumps = Dumps::new().on_dump(|_| unreachable!("it is in time"));
/// let deadline: DumpDeadline = dumps.after(Duration::from_secs(3600));
/// drop(deadline);
/// ```
#[derive(Debug)]
#[must_use = "dropping it prevents the dump"]
pub struct DumpDeadline {
    /// Nothing is sent: dropping the sender ends the thread.
    _stop: Option<Sender<()>>,
}
