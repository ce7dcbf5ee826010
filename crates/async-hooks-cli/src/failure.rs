//! Why a command fails.

use std::fmt;
use std::io;
use std::path::PathBuf;

use async_hooks_core::AsyncId;
use async_hooks_recorder::{Lifetime, Recording, RecordingError};

/// Why a command fails: the exit code is 2.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A recording cannot be read.
    Unreadable { source: String, error: RecordingError },
    /// A recording does not know this resource.
    UnknownId { id: AsyncId, known: Option<(AsyncId, AsyncId)> },
    /// A moment that is not in a recording.
    Outside { moment: String, start: String, end: String },
    /// A file cannot be written.
    Unwritable { file: PathBuf, error: io::Error },
    /// A page would be printed on a terminal.
    Terminal,
    /// The answer cannot be printed.
    Output(io::Error),
}

impl Failure {
    pub(crate) fn unknown_id(id: AsyncId, recording: &Recording) -> Failure {
        let mut ids = recording.lifetimes().map(Lifetime::async_id);
        let known = ids.next().map(|first| (first, ids.last().unwrap_or(first)));
        Failure::UnknownId { id, known }
    }

    /// Whether the reader of the output has closed it, which is no failure.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Unreadable { source, error } => write!(f, "cannot read {source:?}: {error}"),
            Failure::UnknownId { id, known: None } => write!(f, "no resource has the id {id}: the recording is empty"),
            Failure::UnknownId { id, known: Some((first, last)) } => {
                write!(f, "no resource has the id {id}: the recording knows ids between {first} and {last}")
            }
            Failure::Outside { moment, start, end } => {
                write!(f, "{moment} is not in the recording, which goes from {start} to {end}")
            }
            Failure::Unwritable { file, error } => write!(f, "cannot write {file:?}: {error}"),
            Failure::Terminal => write!(f, "a page is not printed on a terminal; name a file with `--output`"),
            Failure::Output(error) => write!(f, "cannot print the answer: {error}"),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Output(error)
    }
}
