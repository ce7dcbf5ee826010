//! Runs a test's body in a process of its own.
//!
//! For what is visible only from outside (stderr, the exit code), and where no hook of another test may be enabled.

use std::env;
use std::process::{Command, Output};

const WHICH: &str = "ASYNC_HOOKS_NODE_CHILD";

/// What the child wrote, and whether it ended well.
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
}

/// Runs `body` in a child process and returns how that ended.
///
/// Returns `None` in the child itself, which then exits.
///
/// `test` is the full name of the calling test, modules included; a wrong one runs nothing, and is found out.
pub(crate) fn in_child(test: &str, body: impl FnOnce()) -> Option<Ended> {
    if env::var(WHICH).is_ok_and(|which| which == test) {
        body();
        return None;
    }
    let output = child(test);
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let ended =
        Ended { succeeded: output.status.success(), stdout: text(&output.stdout), stderr: text(&output.stderr) };
    assert!(ended.stdout.contains("running 1 test\n"), "no test is named {test}: {ended:?}");
    Some(ended)
}

/// As [`in_child`], for a body that need only end well.
pub(crate) fn passes_in_child(test: &str, body: impl FnOnce()) {
    if let Some(ended) = in_child(test, body) {
        assert!(ended.succeeded, "{}{}", ended.stdout, ended.stderr);
    }
}

fn child(test: &str) -> Output {
    let mut command = Command::new(env::current_exe().expect("this executable"));
    command.args([test, "--exact", "--nocapture"]).env(WHICH, test);
    // Backtraces would only be noise, and slow.
    command.env("RUST_BACKTRACE", "0").output().expect("a child process")
}
