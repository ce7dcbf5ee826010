//! Why a recording could not be read or written.

use std::error::Error;
use std::fmt;
use std::io;

/// Why a [`Recording`](crate::Recording) could not be read or written.
///
/// # Examples
///
/// ```
/// use async_hooks_recorder::{FlightRecorder, Recording, RecordingError};
///
/// let error = Recording::read(&b"no trace at all"[..]).unwrap_err();
/// assert!(matches!(error, RecordingError::Foreign));
/// assert_eq!(error.to_string(), "not a recording of async-hooks");
///
/// let mut file = Vec::new();
/// FlightRecorder::builder().build().recording().write(&mut file)?;
/// let error = Recording::read(&file[..file.len() / 2]).unwrap_err();
/// assert_eq!(error.to_string(), format!("the recording is damaged at byte {}", error.offset().unwrap()));
/// # Ok::<(), RecordingError>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum RecordingError {
    /// Reading or writing failed.
    Io(io::Error),
    /// It is something else: a trace of another program, or no trace.
    Foreign,
    /// It begins as a recording, and then is cut off or not what this crate writes.
    Damaged {
        /// Where that is noticed: the number of bytes before, counted as unpacked.
        offset: u64,
    },
}

impl RecordingError {
    /// Returns where a damaged recording is damaged; `None` for other errors.
    #[must_use]
    pub fn offset(&self) -> Option<u64> {
        match self {
            RecordingError::Damaged { offset } => Some(*offset),
            _ => None,
        }
    }
}

impl fmt::Display for RecordingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordingError::Io(error) => write!(f, "{error}"),
            RecordingError::Foreign => write!(f, "not a recording of async-hooks"),
            RecordingError::Damaged { offset } => write!(f, "the recording is damaged at byte {offset}"),
        }
    }
}

impl Error for RecordingError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            RecordingError::Io(error) => error.source(),
            _ => None,
        }
    }
}

impl From<io::Error> for RecordingError {
    fn from(error: io::Error) -> RecordingError {
        RecordingError::Io(error)
    }
}
