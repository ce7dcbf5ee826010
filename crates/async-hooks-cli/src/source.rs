//! The file, or the standard input, that a recording is read from.

use std::fs::File;
use std::io;
use std::path::PathBuf;

use async_hooks_recorder::{Recording, RecordingError};
use clap::builder::{PathBufValueParser, TypedValueParser};

use crate::failure::Failure;
use crate::progress::ShownRead;

/// Where a recording is read from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    File(PathBuf),
    StandardInput,
}

impl From<PathBuf> for Source {
    fn from(path: PathBuf) -> Source {
        if path.as_os_str() == "-" { Source::StandardInput } else { Source::File(path) }
    }
}

impl Source {
    /// Reads an argument of the command line; `-` is the standard input.
    pub(crate) fn parser() -> impl TypedValueParser<Value = Source> {
        PathBufValueParser::new().map(Source::from)
    }

    /// Reads the recording.
    pub(crate) fn open(&self) -> Result<Recording, Failure> {
        let recording = match self {
            Source::File(path) => File::open(path).map_err(RecordingError::from).and_then(read_file),
            Source::StandardInput => Recording::read(io::stdin().lock()),
        };
        recording.map_err(|error| Failure::Unreadable { source: self.name(), error })
    }

    fn name(&self) -> String {
        match self {
            Source::File(path) => path.display().to_string(),
            Source::StandardInput => "-".to_owned(),
        }
    }
}

fn read_file(file: File) -> Result<Recording, RecordingError> {
    let length = file.metadata()?.len();
    Recording::read(ShownRead::new(file, length))
}
