//! From arguments to an exit code.

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use crate::arguments::Arguments;
use crate::failure::Failure;

/// What a script sees of wrong arguments, an unreadable file or an unknown id.
const FAILED: u8 = 2;

/// Runs the program with these arguments, the first of which is its name.
///
/// It prints on the standard output, failures on the standard error.
///
/// # Examples
///
/// ```
/// use std::process::ExitCode;
///
/// assert_eq!(async_hooks_cli::run(["async-hooks", "--version"]), ExitCode::SUCCESS);
/// assert_eq!(async_hooks_cli::run(["async-hooks", "check", "no such file"]), ExitCode::from(2));
/// ```
pub fn run<A: Into<OsString> + Clone>(arguments: impl IntoIterator<Item = A>) -> ExitCode {
    match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments.run().unwrap_or_else(|failure| report(&failure)),
        Err(error) => {
            // There is nowhere left to report that the standard error is closed.
            let _ = error.print();
            if error.use_stderr() { ExitCode::from(FAILED) } else { ExitCode::SUCCESS }
        }
    }
}

fn report(failure: &Failure) -> ExitCode {
    if failure.is_closed_pipe() {
        return ExitCode::SUCCESS;
    }
    let _ = writeln!(anstream::stderr(), "\u{1b}[1;31merror:\u{1b}[0m {failure}");
    ExitCode::from(FAILED)
}
