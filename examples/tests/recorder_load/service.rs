//! A process of its own that serves for a time whenever it is asked to.
//!
//! It is this test program again. It reads a number of milliseconds a line, and answers with what it has served in that time.

use std::env;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use crate::slice::Slice;

/// The variable that says whether the process has a recorder: `with` or `without`.
pub(crate) const ROLE: &str = "RECORDER_LOAD_SERVICE";

/// What precedes an answer, among the lines of the test harness.
pub(crate) const ANSWER: &str = "served ";

pub(crate) struct Service {
    process: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Service {
    pub(crate) fn start(role: &str) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--nocapture", "--test-threads=1"]).env(ROLE, role);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (requests, answers) = (process.stdin.take(), process.stdout.take().unwrap());
        Service { process, requests, answers: BufReader::new(answers) }
    }

    /// Lets it serve this long.
    pub(crate) fn measure(&mut self, duration: Duration) -> Slice {
        writeln!(self.requests.as_mut().unwrap(), "{}", duration.as_millis()).unwrap();
        let answer = self.answers.by_ref().lines().map(Result::unwrap).find_map(|line| {
            let (_, answer) = line.split_once(ANSWER)?;
            Some(answer.parse().unwrap())
        });
        answer.unwrap()
    }

    /// Ends it, and checks that it has found nothing wrong.
    pub(crate) fn stop(mut self) {
        drop(self.requests.take());
        io::copy(&mut self.answers, &mut io::sink()).unwrap();
        assert!(self.process.wait().unwrap().success());
    }
}
