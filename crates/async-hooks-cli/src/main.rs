//! The program `async-hooks`.

use std::process::ExitCode;

fn main() -> ExitCode {
    async_hooks_cli::run(std::env::args_os())
}
