//! The progress bar of work that takes longer than a second, if standard error is a terminal.

use std::io::{self, Read};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Work that takes less shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// A reader whose progress is shown.
pub(crate) struct ShownRead<R> {
    inner: R,
    length: u64,
    read: u64,
    start: Instant,
    /// Shown once the patience is over. It draws on a terminal only.
    bar: Option<ProgressBar>,
}

impl<R> ShownRead<R> {
    /// `length` is how much there is to read.
    pub(crate) fn new(inner: R, length: u64) -> ShownRead<R> {
        ShownRead { inner, length, read: 0, start: Instant::now(), bar: None }
    }
}

impl<R: Read> Read for ShownRead<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.read += read as u64;
        if self.bar.is_none() && self.start.elapsed() >= PATIENCE {
            self.bar = Some(bar(self.length));
        }
        if let Some(bar) = &self.bar {
            bar.set_position(self.read);
        }
        Ok(read)
    }
}

impl<R> Drop for ShownRead<R> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("reading {wide_bar} {percent} %, {eta} left");
    ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Does work of unknown length. While that takes longer than a second, `what` is shown.
pub(crate) fn shown<R>(what: &'static str, work: impl FnOnce() -> R) -> R {
    let (done, is_done) = mpsc::channel::<()>();
    let spinner = thread::Builder::new().spawn(move || {
        if is_done.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            let spinner = ProgressBar::new_spinner().with_message(what);
            spinner.enable_steady_tick(Duration::from_millis(100));
            let _ = is_done.recv();
            spinner.finish_and_clear();
        }
    });
    let result = work();
    drop(done);
    // A program that cannot have another thread shows nothing.
    let _ = spinner.map(thread::JoinHandle::join);
    result
}
