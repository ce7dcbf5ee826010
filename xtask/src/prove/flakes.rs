//! `cargo xtask prove flakes`: all test binaries, many times in a row, beside a load.
//!
//! A test that depends on how fast it runs fails here before it fails elsewhere.

mod binary;
mod load;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anstream::println;
use anyhow::ensure;
use clap::Parser;

use crate::invocation::Invocation;
use crate::workspace::{BENCHES, EXAMPLES, Workspace};
use binary::{Failure, TestBinary};
use load::Load;

#[derive(Parser)]
#[command(name = "cargo xtask prove flakes", no_binary_name = true)]
struct Options {
    /// How often each binary runs.
    #[arg(long, default_value_t = 20)]
    runs: usize,
    /// Only binaries whose name contains this text, or one of several.
    #[arg(long)]
    only: Vec<String>,
    /// Only this build: `stable` or `unstable`.
    #[arg(long)]
    build: Option<Build>,
    /// The number of binaries that run at once, beside the load.
    #[arg(long, default_value_t = 1)]
    at_once: usize,
}

impl Options {
    fn wants(&self, binary: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|part| binary.contains(part))
    }
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum Build {
    Stable,
    Unstable,
}

/// Builds once, and then runs each binary.
///
/// Fails when one has failed, with what failed in it and how often.
pub(super) fn check(workspace: &Workspace, arguments: &[String]) -> anyhow::Result<()> {
    let options = Options::parse_from(arguments);
    let mut binaries = Vec::new();
    for build in [Build::Stable, Build::Unstable] {
        if options.build.is_none_or(|only| only == build) {
            binaries.extend(built(workspace, build)?);
        }
    }
    binaries.retain(|binary| options.wants(binary.name()));
    ensure!(!binaries.is_empty(), "no test binary has {} in its name", options.only.join(" or "));
    let failures = run_all(&binaries, &options, &workspace.target_directory().join("xtask/flakes"))?;
    ensure!(failures.is_empty(), "{}", summary(&failures, options.runs));
    println!("{} binaries passed, each {} times", binaries.len(), options.runs);
    Ok(())
}

/// Selects what `cargo xtask test` tests, so that nothing is built twice.
fn built(workspace: &Workspace, build: Build) -> anyhow::Result<Vec<TestBinary>> {
    const AS_MESSAGES: &str = "--no-run --message-format=json-render-diagnostics";
    let invocation = match build {
        Build::Stable => Invocation::cargo(&format!("test --workspace --exclude {BENCHES} --tests {AS_MESSAGES}")),
        Build::Unstable => {
            let packages = workspace.dependable().join(" -p ");
            let selection = format!("-p {packages} -p {EXAMPLES} --all-features --lib --bins --tests");
            Invocation::cargo(&format!("test {selection} {AS_MESSAGES}"))
                .environment("CARGO_TARGET_DIR", workspace.target_directory().join("unstable").display().to_string())
                .environment("RUSTFLAGS", "--cfg tokio_unstable")
        }
    };
    let suffix = if build == Build::Unstable { " (unstable)" } else { "" };
    let messages = invocation.output_beside_progress(workspace.root())?;
    binary::listed(&messages, suffix)
}

/// All binaries once, then all again, so that each runs at different times of the load.
fn run_all(binaries: &[TestBinary], options: &Options, logs: &Path) -> anyhow::Result<Vec<Failure>> {
    fs::create_dir_all(logs)?;
    let _load = Load::on_every_processor();
    let mut failures = Vec::new();
    for run in 1..=options.runs {
        let start = Instant::now();
        let failed = binary::run_each(binaries, options.at_once, logs, run)?;
        let (took, runs) = (start.elapsed().as_secs(), options.runs);
        println!("run {run} of {runs}: {} binaries in {took} s, {} failed", binaries.len(), failed.len());
        failed.iter().for_each(|failure| println!("  {failure}"));
        failures.extend(failed);
    }
    Ok(failures)
}

fn summary(failures: &[Failure], runs: usize) -> String {
    let mut counts = BTreeMap::<_, usize>::new();
    failures.iter().for_each(|failure| *counts.entry(failure.what()).or_default() += 1);
    let lines = counts.iter().map(|(what, count)| format!("\n  {what} failed {count} of {runs} times"));
    format!("{} failures{}", failures.len(), lines.collect::<String>())
}

/// How long one binary may take: it shares the processors with the load.
const DEADLINE: Duration = Duration::from_secs(600);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_follow_the_name_of_the_proof() {
        let options = Options::parse_from(["--runs", "3", "--build", "unstable", "--at-once", "2", "--only", "core/"]);
        assert!(options.build == Some(Build::Unstable) && (options.runs, options.at_once) == (3, 2));
        assert!(options.wants("core/it") && !options.wants("tokio/it"));
        assert!(Options::parse_from::<[&str; 0], _>([]).wants("tokio/it"));
    }

    #[test]
    fn each_test_that_failed_is_named_once_with_a_count() {
        let failure = |test: &str| Failure::of("core/it", &[test.to_owned()]);
        let text = summary(&[failure("a"), failure("b"), failure("a")], 20);
        assert_eq!(text, "3 failures\n  core/it: a failed 2 of 20 times\n  core/it: b failed 1 of 20 times");
    }
}
