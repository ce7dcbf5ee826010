//! Writes recordings on a thread of its own, so that the program need not wait for a file.

use std::fmt;
use std::io::{self, Write as _};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::thread;
use std::time::{Duration, Instant};

use crate::recorder::builder::FlightRecorderBuilder;
use crate::rings::recording_rings::Rings;
use crate::triggers::directory::Directory;

/// What the dumping thread owns.
struct Dumper {
    rings: Arc<Rings>,
    directory: Directory,
    at_most_every: Duration,
    last: Option<Instant>,
    has_complained: bool,
}

/// Something to write a recording for.
struct Request {
    reason: &'static str,
    /// Dropped when the recording is written, or will not be.
    _done: Option<SyncSender<()>>,
}

/// Asks the dumping thread for recordings; it ends when all of these are gone.
#[derive(Clone)]
pub(crate) struct DumpSender {
    requests: SyncSender<Request>,
    thread: thread::ThreadId,
}

/// What is left of the dumping thread: it can be waited for.
pub(crate) struct DumpThread {
    ended: Receiver<()>,
}

/// The number of requests that may wait. More of them would ask for the same.
const WAITING: usize = 1;

/// A panic, and the drop of a guard, wait no longer than this for a file.
const PATIENCE: Duration = Duration::from_secs(1);

/// Starts a dumping thread.
pub(crate) fn start(
    rings: &Arc<Rings>,
    settings: &FlightRecorderBuilder,
    directory: Directory,
) -> io::Result<(DumpSender, DumpThread)> {
    let (requests, requested) = mpsc::sync_channel::<Request>(WAITING);
    let (end, ended) = mpsc::sync_channel::<()>(1);
    let (rings, at_most_every) = (Arc::clone(rings), settings.at_most_every);
    let mut dumper = Dumper { rings, directory, at_most_every, last: None, has_complained: false };
    let run = move || {
        requested.iter().for_each(|request| dumper.dump(request.reason));
        drop(end);
    };
    let thread = thread::Builder::new().name("async-hooks dump".to_owned()).spawn(run)?;
    Ok((DumpSender { requests, thread: thread.thread().id() }, DumpThread { ended }))
}

impl Dumper {
    fn dump(&mut self, reason: &str) {
        if self.last.is_some_and(|last| last.elapsed() < self.at_most_every) {
            return;
        }
        self.last = Some(Instant::now());
        if let Err(error) = self.directory.save(&self.rings.capture(), reason) {
            self.complain(&error.to_string());
        }
    }

    /// Reports the first failure.
    fn complain(&mut self, error: &str) {
        if !std::mem::replace(&mut self.has_complained, true) {
            let path = self.directory.path().display();
            complain(format_args!("cannot write a recording into {path}: {error}"));
        }
    }
}

/// Reports a failure. Not by `eprintln!`, which panics if stderr is closed.
pub(crate) fn complain(failure: fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "async-hooks: {failure}");
}

impl DumpSender {
    /// Asks for a recording, unless one has been asked for already.
    pub(crate) fn ask(&self, reason: &'static str) {
        let _ = self.requests.try_send(Request { reason, _done: None });
    }

    /// Asks for a recording, and waits until it is written, or not much longer than a second.
    pub(crate) fn ask_and_wait(&self, reason: &'static str) {
        if thread::current().id() == self.thread {
            return;
        }
        let (done, waiting) = mpsc::sync_channel(1);
        match self.requests.try_send(Request { reason, _done: Some(done) }) {
            Ok(()) => drop(waiting.recv_timeout(PATIENCE)),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
        }
    }
}

impl DumpThread {
    /// Waits until what was asked for is written. The senders are gone.
    pub(crate) fn wait(&self) {
        let _ = self.ended.recv_timeout(PATIENCE);
    }
}
