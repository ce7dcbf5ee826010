//! Dumps of who is alive, on request and when something takes too long.

use std::fmt;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use crate::alive::registry::Registry;
use crate::callback::Callback;
use crate::exit::dump::{Dump, Reason};
use crate::print::report::Report as _;

/// Answers the question why a program does not exit, or what it is doing: a [`Dump`] on request, on a signal, or when a
/// shutdown takes too long.
///
/// Make it at the start of the program: what was created before is unknown. It goes to stderr, unless
/// [`on_dump`](Self::on_dump) says otherwise.
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
    /// Dumps of everybody who is created from now on.
    #[must_use]
    pub fn new() -> Dumps {
        let registry = Registry::new();
        registry.enable();
        Dumps::of(&registry)
    }

    /// Dumps of everybody a registry knows.
    #[must_use]
    pub fn of(registry: &Registry) -> Dumps {
        Dumps { registry: registry.clone(), on_dump: Callback::new(Dump::eprint) }
    }

    /// What to do with a dump, instead of writing it to stderr. It runs on a thread of its own; if it panics, it is not called
    /// again.
    #[must_use]
    pub fn on_dump(self, call: impl Fn(&Dump) + Send + Sync + 'static) -> Dumps {
        Dumps { on_dump: Callback::new(call), ..self }
    }

    /// A dump of this moment, to look at or to [`print`](crate::Report::print).
    pub fn now(&self) -> Dump {
        Dump::new(Reason::Asked, self.registry.tree())
    }

    /// A dump when so much time has passed before the returned guard is dropped: for a shutdown that hangs.
    ///
    /// It works by a thread, so it does whatever the runtime is stuck in. Where no thread can be had, nothing is dumped.
    ///
    /// ```
    /// use std::time::Duration;
    /// use async_hooks_diagnostics::Dumps;
    ///
    /// let dumps = Dumps::new();
    /// # let runtime = ();
    /// let shutdown = dumps.after(Duration::from_secs(5));
    /// drop(runtime); // if this takes longer, stderr tells who is still alive
    /// drop(shutdown);
    /// ```
    pub fn after(&self, limit: Duration) -> DumpDeadline {
        let (leash, cut) = mpsc::channel::<()>();
        let dumps = self.clone();
        let wait = move || {
            if cut.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                dumps.dump(Reason::Late(limit));
            }
        };
        let started = thread::Builder::new().name("async-hooks deadline".to_owned()).spawn(wait);
        DumpDeadline { _leash: started.is_ok().then_some(leash) }
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

/// Dropping it in time prevents the dump; made by [`Dumps::after`].
#[derive(Debug)]
#[must_use = "dropping it means that all is done"]
pub struct DumpDeadline {
    /// Never sent to: closing it is the message.
    _leash: Option<Sender<()>>,
}
