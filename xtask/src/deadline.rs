//! `cargo xtask deadline`: runs a test binary, and ends it when it takes too long.
//!
//! Cargo starts every test binary of `cargo xtask test` with it, because [`runner`] is in the configuration of that cargo. A
//! binary that is still running at its deadline is killed with its child processes, and the tests that ran in it are named.

mod output;
mod test_names;

use std::env;
use std::path::PathBuf;
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anstream::eprintln;
use anyhow::Context;
use command_group::{CommandGroup, GroupChild};
use signal_hook::consts::{SIGINT, SIGTERM};

use output::Output;
use test_names::{not_ended, running};

/// Many times what the slowest binary takes, since the machine may be busy.
const DEADLINE_SECONDS: u64 = 240;
/// As `timeout` of the coreutils.
const ENDED: u8 = 124;
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);

#[derive(clap::Args)]
pub(crate) struct Options {
    /// After how many seconds the binary is ended.
    seconds: u64,
    /// The test binary.
    program: PathBuf,
    /// Its arguments.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// The arguments that make cargo start test binaries with this program.
///
/// # Errors
///
/// When the path of this program is not known.
pub(crate) fn runner() -> anyhow::Result<[String; 2]> {
    let this = env::current_exe().context("the path of xtask is unknown")?;
    let command = [&this.display().to_string(), "deadline", &DEADLINE_SECONDS.to_string()].map(toml::Value::from);
    Ok(["--config".to_owned(), format!("target.'cfg(all())'.runner={}", toml::Value::from(command.to_vec()))])
}

/// Runs the binary, and returns its exit code.
///
/// # Errors
///
/// When the binary cannot be started or watched.
pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let ending = supervise(options, &Interrupted::register()?)?;
    let Ending::Exited(status) = ending else {
        eprintln!("{}", options.complaint(&ending));
        return Ok(ExitCode::from(ENDED));
    };
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    if code.is_none() {
        eprintln!("{}: {status}", options.program.display());
    }
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

enum Ending {
    Exited(ExitStatus),
    /// With the names of the tests that ran.
    TookTooLong(Vec<String>),
    Interrupted,
}

fn supervise(options: &Options, interrupted: &Interrupted) -> anyhow::Result<Ending> {
    let mut command = Command::new(&options.program);
    command.args(&options.arguments).stdout(Stdio::piped());
    let mut child = command.group_spawn().with_context(|| format!("cannot start {}", options.program.display()))?;
    let output = Output::forward(child.inner().stdout.take());
    let ending = wait(options, &mut child, interrupted, &output)?;
    if !matches!(ending, Ending::Exited(_)) {
        child.kill()?;
        child.wait()?;
    }
    output.finish();
    Ok(ending)
}

fn wait(
    options: &Options,
    child: &mut GroupChild,
    interrupted: &Interrupted,
    output: &Output,
) -> anyhow::Result<Ending> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.inner().try_wait()? {
            return Ok(Ending::Exited(status));
        }
        if interrupted.is_set() {
            return Ok(Ending::Interrupted);
        }
        if start.elapsed() >= Duration::from_secs(options.seconds) {
            let candidates = not_ended(&options.program, &options.arguments, &output.text());
            return Ok(Ending::TookTooLong(running(child.id(), candidates)));
        }
        thread::sleep(BETWEEN_LOOKS);
    }
}

impl Options {
    fn complaint(&self, ending: &Ending) -> String {
        let program = self.program.display();
        match ending {
            Ending::TookTooLong(tests) if tests.is_empty() => {
                format!("still running after {} s: ended {program}", self.seconds)
            }
            Ending::TookTooLong(tests) => {
                let tests = tests.join("\n    ");
                format!("still running after {} s: ended {program}; in it ran\n    {tests}", self.seconds)
            }
            _ => format!("interrupted: ended {program}"),
        }
    }
}

/// Set by Ctrl-C, which does not reach a process group of its own.
struct Interrupted(Arc<AtomicBool>);

impl Interrupted {
    fn register() -> anyhow::Result<Self> {
        let flag = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            signal_hook::flag::register(signal, Arc::clone(&flag))?;
        }
        Ok(Self(flag))
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const ASKED: &str = "XTASK_TEST_SLEEPS";

    /// Does nothing, except in the binary that the next tests start.
    #[test]
    fn a_test_that_hangs_where_it_is_asked_to() {
        if let Some(seconds) = env::var_os(ASKED) {
            Command::new("sleep").arg(seconds).status().unwrap();
        }
    }

    #[test]
    fn a_test_that_ends() {}

    #[test]
    fn a_binary_that_hangs_is_ended_and_its_test_is_named() {
        assert_eq!(tests_that_hang("601", &[]), ["deadline::tests::a_test_that_hangs_where_it_is_asked_to"]);
    }

    #[test]
    fn the_test_is_named_where_tests_run_on_the_main_thread() {
        let tests = tests_that_hang("602", &["--test-threads=1"]);
        assert_eq!(tests, ["deadline::tests::a_test_that_hangs_where_it_is_asked_to"]);
    }

    #[test]
    fn child_processes_of_the_binary_are_ended() {
        let mark = format!("6{}", std::process::id());
        tests_that_hang(&mark, &[]);
        let is_child = |line: Vec<u8>| line == format!("sleep\0{mark}\0").into_bytes();
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        let mut lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
        assert!(!lines.any(is_child));
    }

    /// Runs this test binary, with a test in it that sleeps.
    fn tests_that_hang(seconds: &str, more: &[&str]) -> Vec<String> {
        let (asked, binary) = (format!("{ASKED}={seconds}"), env::current_exe().unwrap());
        let arguments = [&asked, &binary.display().to_string(), "deadline::tests::a_test_that"];
        let options = options("env", &[&arguments[..], more].concat());
        match supervise(&options, &Interrupted(Arc::default())).unwrap() {
            Ending::TookTooLong(tests) => tests,
            _ => panic!("it ended by itself"),
        }
    }

    #[test]
    fn the_exit_code_is_that_of_the_binary() {
        let options = options("sh", &["-c", "exit 7"]);
        let ending = supervise(&options, &Interrupted(Arc::default())).unwrap();
        assert!(matches!(ending, Ending::Exited(status) if status.code() == Some(7)));
    }

    #[test]
    fn an_interrupt_ends_the_binary() {
        let options = options("sleep", &["600"]);
        let ending = supervise(&options, &Interrupted(Arc::new(AtomicBool::new(true)))).unwrap();
        assert_eq!(options.complaint(&ending), "interrupted: ended sleep");
    }

    #[test]
    fn cargo_starts_test_binaries_with_this_program() {
        let [option, value] = runner().unwrap();
        assert_eq!(option, "--config");
        assert!(value.starts_with("target.'cfg(all())'.runner=[\"/"), "{value}");
        assert!(value.ends_with(&format!("\"deadline\", \"{DEADLINE_SECONDS}\"]")), "{value}");
    }

    fn options(program: &str, arguments: &[&str]) -> Options {
        Options {
            seconds: 1,
            program: program.into(),
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
        }
    }
}
