//! The commands of a contributor: `cargo xtask test`, `tidy`, `bench` and others.
//!
//! Each subcommand has a file of its own; the files above it in the list are used by several.

mod workspace;
mod invocation;
mod step;
mod toolchain;
mod tidy;
mod api;
mod parity;
mod site;
mod deadline;
mod test;
mod bench;
mod prove;
mod release;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use workspace::Workspace;

/// Tasks of the async-hooks workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Command {
    #[command(flatten)]
    Task(Task),
    /// Runs a test binary, and ends it when it takes too long.
    #[command(hide = true)]
    Deadline(deadline::Options),
}

#[derive(Subcommand)]
enum Task {
    /// Runs every check that must be green before a commit.
    Test(test::Options),
    /// Compares programs written for Node and for Rust, and writes docs/node-parity.md.
    Parity(parity::Options),
    /// Measures what everything costs, and writes docs/performance.md.
    Bench(bench::Options),
    /// Runs a proof that takes too long for `test`.
    Prove(prove::Options),
    /// Compares the public API of the libraries with the lists in docs/api.
    Api(api::Options),
    /// Builds the guide and the documentation of all crates as one site, and checks its links.
    Docs,
    /// Checks what a release needs beside `test`.
    Release(release::Options),
    /// Checks the points of style that a script can see.
    Tidy,
}

fn main() -> anyhow::Result<ExitCode> {
    match Command::parse() {
        Command::Task(task) => run(task),
        Command::Deadline(options) => deadline::run(&options),
    }
}

fn run(task: Task) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::load()?;
    match task {
        Task::Test(options) => test::run(&workspace, &options),
        Task::Parity(options) => parity::run(&workspace, &options),
        Task::Bench(options) => bench::run(&workspace, &options),
        Task::Prove(options) => prove::run(&workspace, &options),
        Task::Api(options) => api::run(&workspace, &options),
        Task::Docs => site::run(&workspace),
        Task::Release(options) => release::run(&workspace, &options),
        Task::Tidy => tidy::run(&workspace),
    }
}
