//! What a contributor runs: `cargo xtask test` before a commit, `cargo xtask tidy` for the style alone, `cargo xtask parity`
//! for the comparison with Node,
//! `cargo xtask bench` for what everything costs.
//!
//! One file per subcommand; the other files are what the subcommands stand on.

mod workspace;
mod invocation;
mod step;
mod tidy;
mod parity;
mod test;
mod bench;

use std::process::ExitCode;

use clap::Parser;
use workspace::Workspace;

/// Tasks of the async-hooks workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Task {
    /// Runs every check that must be green before a commit.
    Test(test::Options),
    /// Compares programs written for Node and for Rust, and writes docs/node-parity.md.
    Parity(parity::Options),
    /// Measures what everything costs, and writes docs/performance.md.
    Bench(bench::Options),
    /// Checks the points of style that a script can see.
    Tidy,
}

fn main() -> anyhow::Result<ExitCode> {
    let task = Task::parse();
    let workspace = Workspace::load()?;
    match task {
        Task::Test(options) => test::run(&workspace, &options),
        Task::Parity(options) => parity::run(&workspace, &options),
        Task::Bench(options) => bench::run(&workspace, &options),
        Task::Tidy => tidy::run(&workspace),
    }
}
