//! Runs a test's body in a process of its own.
//!
//! For what is visible only from outside: stderr, the exit code, the end of the process.
#![allow(dead_code, reason = "each test file uses its part")]

use std::env;
use std::io::Write as _;
use std::process::{self, Command, Output};

const WHICH: &str = "ASYNC_HOOKS_CHILD_TEST";

/// What a child wrote, and whether it ended well.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) succeeded: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// The lines of stderr that are the hooks' own.
    pub(crate) fn reports(&self) -> Vec<&str> {
        self.stderr.lines().filter(|line| line.starts_with("async-hooks: ")).collect()
    }

    /// What the child said with [`say`].
    pub(crate) fn said(&self) -> Vec<&str> {
        self.stdout.lines().filter_map(|line| line.strip_prefix("child: ")).collect()
    }
}

/// Runs `body` in a child process.
///
/// `test` is the full name of the calling test, modules included; panics if no test has it.
pub(crate) fn in_child(test: &str, body: impl FnOnce()) -> Ended {
    if env::var(WHICH).is_ok_and(|which| which == test) {
        body();
        process::exit(0);
    }
    let output = spawned(test);
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let ended =
        Ended { succeeded: output.status.success(), stdout: text(&output.stdout), stderr: text(&output.stderr) };
    assert!(ended.stdout.contains("running 1 test\n"), "no test is named {test}: {ended:?}");
    ended
}

/// Tells the parent.
pub(crate) fn say(what: impl std::fmt::Display) {
    // On a line of its own: the harness has written `test … ` without an end of line.
    let _ = writeln!(std::io::stdout().lock(), "\nchild: {what}");
}

fn spawned(test: &str) -> Output {
    let executable = env::current_exe().unwrap_or_else(|error| panic!("no executable: {error}"));
    let mut command = Command::new(executable);
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(WHICH, test);
    // Backtraces would only be noise, and slow.
    command.env("RUST_BACKTRACE", "0").output().unwrap_or_else(|error| panic!("no child: {error}"))
}
