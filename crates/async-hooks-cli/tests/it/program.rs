//! Runs the program.

use std::ffi::OsStr;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// What the program has answered.
pub(crate) struct Answer(Output);

pub(crate) fn run<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Answer {
    Answer(command(arguments).output().unwrap())
}

pub(crate) fn command<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_async-hooks"));
    command.args(arguments).stdin(Stdio::null());
    command
}

impl From<Output> for Answer {
    fn from(output: Output) -> Answer {
        Answer(output)
    }
}

impl Answer {
    pub(crate) fn code(&self) -> Option<i32> {
        self.0.status.code()
    }

    /// The standard output of a command that has succeeded.
    pub(crate) fn text(&self) -> &str {
        assert_eq!((self.code(), self.error()), (Some(0), ""));
        std::str::from_utf8(&self.0.stdout).unwrap()
    }

    /// The standard output as JSON, whatever the exit code.
    pub(crate) fn json(&self) -> Value {
        assert!(self.0.stdout.iter().filter(|byte| **byte == b'\n').count() == 1, "one line");
        serde_json::from_slice(&self.0.stdout).unwrap()
    }

    pub(crate) fn error(&self) -> &str {
        std::str::from_utf8(&self.0.stderr).unwrap()
    }
}
