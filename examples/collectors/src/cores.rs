//! Which processor a thread runs on.
//!
//! A process is started by `taskset`, and its threads inherit what that said; single threads are moved later.

use std::ffi::OsStr;
use std::process::{Command, Stdio};

use crate::Failure;

/// That of the program, and of the clients that ask it.
pub(crate) const PROGRAM: &str = "0";

/// That of the collector, and of the program's threads that export to it.
pub(crate) const EXPORT: &str = "1";

/// Whether this machine has both, and the tool.
pub(crate) fn are_there() -> bool {
    [PROGRAM, EXPORT]
        .iter()
        .all(|core| on(core, "true").stderr(Stdio::null()).status().is_ok_and(|status| status.success()))
}

/// A program on this processor.
pub(crate) fn on(core: &str, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", core]).arg(program);
    command
}

/// Moves a thread, or all threads of a process with `-a`.
pub(crate) fn move_to(core: &str, options: &[&str], thread: u32) -> Result<(), Failure> {
    let mut command = Command::new("taskset");
    command.args(options).args(["-p", "-c", core, &thread.to_string()]).stdout(Stdio::null());
    command.status()?.success().then_some(()).ok_or_else(|| "taskset".into())
}
