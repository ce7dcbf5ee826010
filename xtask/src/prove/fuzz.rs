//! `cargo xtask prove fuzz`: the targets of the package `fuzz` under libFuzzer, one by one.
//!
//! What libFuzzer finds is kept in `fuzz/artifacts`, and with it how to run it again.

use anyhow::ensure;
use clap::Parser;

use crate::invocation::Invocation;
use crate::workspace::Workspace;

#[derive(Parser)]
#[command(name = "cargo xtask prove fuzz", no_binary_name = true)]
struct Options {
    /// How long all targets run together.
    #[arg(long, default_value_t = 6.0)]
    minutes: f64,
    /// Only the target with this name.
    #[arg(long)]
    only: Option<String>,
}

/// Fails when a target has found an input; the others run all the same.
pub(super) fn check(workspace: &Workspace, arguments: &[String]) -> anyhow::Result<()> {
    let options = Options::parse_from(arguments);
    let folder = workspace.root().join("fuzz");
    let list = cargo_fuzz(&["list"]).output(&folder)?;
    let targets: Vec<_> = list.lines().filter(|name| options.only.as_ref().is_none_or(|only| only == name)).collect();
    let only = options.only.as_deref().unwrap_or("any");
    ensure!(!targets.is_empty(), "no fuzz target is named {only}");
    let seconds = seconds_each(options.minutes, targets.len());
    let mut found = Vec::new();
    for target in targets {
        if cargo_fuzz(&["run", target, "--", &format!("-max_total_time={seconds}"), QUIET]).show(&folder).is_err() {
            found.push(target);
        }
    }
    ensure!(found.is_empty(), "libFuzzer has found inputs for {}; they are in fuzz/artifacts", found.join(", "));
    Ok(())
}

/// Closes the standard output of a target, on which the program prints its answers.
const QUIET: &str = "-close_fd_mask=1";

fn cargo_fuzz(arguments: &[&str]) -> Invocation {
    Invocation::new("rustup").arguments(["run", "nightly", "cargo", "fuzz"]).arguments(arguments.iter().copied())
}

fn seconds_each(minutes: f64, targets: usize) -> u64 {
    (minutes * 60.0 / targets as f64).max(1.0) as u64
}
