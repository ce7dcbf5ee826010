//! The test binaries that cargo has built, and runs of them.

use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread;

use anyhow::Context;
use cargo_metadata::{Artifact, Message};

use super::DEADLINE;
use crate::invocation::Invocation;

/// The test that compiles programs, so that its time is the compiler's.
const COMPILES: &str = "macro_errors";

pub(super) struct TestBinary {
    name: String,
    program: PathBuf,
    /// The folder of its package, in which cargo runs it.
    folder: PathBuf,
}

/// A run of a binary that did not pass.
pub(super) struct Failure {
    binary: String,
    tests: Vec<String>,
    log: PathBuf,
}

/// The test binaries in the messages of `cargo test --no-run`.
pub(super) fn listed(messages: &str, suffix: &str) -> anyhow::Result<Vec<TestBinary>> {
    let mut binaries = Vec::new();
    for message in Message::parse_stream(messages.as_bytes()) {
        if let Message::CompilerArtifact(artifact) = message.context("cargo has sent something else than messages")? {
            binaries.extend(TestBinary::of(&artifact, suffix));
        }
    }
    binaries.retain(|binary| !binary.name.contains(COMPILES));
    Ok(binaries)
}

impl TestBinary {
    fn of(artifact: &Artifact, suffix: &str) -> Option<Self> {
        let program = artifact.executable.as_ref().filter(|_| artifact.profile.test)?;
        let folder = artifact.manifest_path.parent()?;
        let name = format!("{}/{}{suffix}", folder.file_name()?, artifact.target.name);
        Some(Self { name, program: program.into(), folder: folder.into() })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Keeps the log of a run that failed.
    fn run(&self, logs: &Path, run: usize) -> anyhow::Result<Option<Failure>> {
        let log = logs.join(format!("{}-{run}.log", self.name.replace(['/', ' ', '(', ')'], "-")));
        if self.invocation()?.run(&self.folder, &File::create(&log)?).is_ok() {
            fs::remove_file(log)?;
            return Ok(None);
        }
        let tests = failed_tests(&String::from_utf8_lossy(&fs::read(&log)?));
        Ok(Some(Failure { binary: self.name.clone(), tests, log }))
    }

    /// With the environment that cargo gives to it, and ended by this program at its deadline.
    fn invocation(&self) -> anyhow::Result<Invocation> {
        let this = std::env::current_exe().context("the path of xtask is unknown")?;
        let libraries = Invocation::new("rustc").arguments(["--print", "target-libdir"]).output(&self.folder)?;
        let deadline = DEADLINE.as_secs().to_string();
        Ok(Invocation::new(this)
            .arguments(["deadline", &deadline, &self.program.display().to_string()])
            .environment("CARGO_MANIFEST_DIR", self.folder.display().to_string())
            .environment("LD_LIBRARY_PATH", libraries.trim()))
    }
}

/// Runs each binary once; `at_once` of them at a time.
pub(super) fn run_each(
    binaries: &[TestBinary],
    at_once: usize,
    logs: &Path,
    run: usize,
) -> anyhow::Result<Vec<Failure>> {
    let waiting = Mutex::new(binaries.iter());
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        let mut failures = Vec::new();
        while let Some(binary) = next() {
            failures.extend(binary.run(logs, run)?);
        }
        anyhow::Ok(failures)
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..at_once.max(1)).map(|_| scope.spawn(work)).collect();
        let mut failures = Vec::new();
        for worker in workers {
            failures.extend(worker.join().map_err(|_| anyhow::anyhow!("a thread has panicked"))??);
        }
        Ok(failures)
    })
}

/// The names in the lines `test a::b ... FAILED`; the last lines where there is none.
fn failed_tests(log: &str) -> Vec<String> {
    let name = |line: &str| Some(line.strip_prefix("test ")?.split_once(" ... FAILED")?.0.to_owned());
    let named: Vec<_> = log.lines().filter_map(name).collect();
    if !named.is_empty() {
        return named;
    }
    let last = log.lines().rev().find(|line| !line.trim().is_empty());
    last.map(str::to_owned).into_iter().collect()
}

impl Failure {
    /// The binary and the tests that failed in it.
    pub(super) fn what(&self) -> String {
        format!("{}: {}", self.binary, self.tests.join(", "))
    }

    #[cfg(test)]
    pub(super) fn of(binary: &str, tests: &[String]) -> Self {
        Self { binary: binary.to_owned(), tests: tests.to_vec(), log: PathBuf::new() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; see {}", self.what(), self.log.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_tests_are_named_and_without_any_the_last_line_is() {
        assert_eq!(failed_tests("test a ... ok\ntest b::c ... FAILED\n\nerror\n"), ["b::c"]);
        assert_eq!(
            failed_tests("running\nstill running after 600 s: ended it\n\n"),
            ["still running after 600 s: ended it"]
        );
    }

    #[test]
    fn only_executables_of_tests_are_listed() {
        let artifact = |name: &str, is_test: bool, executable: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","package_id":"p","manifest_path":"/w/core/Cargo.toml","target":{{"kind":["test"],"crate_types":["bin"],"name":"{name}","src_path":"/w/core/t.rs","edition":"2024","doc":false,"doctest":false,"test":true}},"profile":{{"opt_level":"0","debuginfo":1,"debug_assertions":true,"overflow_checks":true,"test":{is_test}}},"features":[],"filenames":[],"executable":{executable},"fresh":true}}"#
            )
        };
        let messages =
            [artifact("it", true, "\"/t/it\""), artifact("lib", true, "null"), artifact("bin", false, "\"/t/bin\"")];
        let binaries = listed(&messages.join("\n"), " (unstable)").unwrap();
        let names: Vec<_> = binaries.iter().map(TestBinary::name).collect();
        assert_eq!(names, ["core/it (unstable)"]);
    }
}
