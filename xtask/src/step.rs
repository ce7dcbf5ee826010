//! A named step of a longer run: timed, its output shown only when it fails.
//!
//! Every step runs, whatever came before it, so that one run shows everything there is to repair.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use anstream::adapter::strip_str;
use anstream::{print, println};
use anstyle::{AnsiColor, Style};
use anyhow::Context;

use crate::invocation::Invocation;

const BOLD: Style = Style::new().bold();
const PASSED: Style = AnsiColor::Green.on_default();
const FAILED: Style = AnsiColor::Red.on_default().bold();

/// What a step does: it writes to its log, and answers with an error when it has failed.
type Work = Box<dyn Fn(&mut File) -> anyhow::Result<()>>;

/// Something to do, under a name `group` or `group/detail`.
pub(crate) struct Step {
    name: String,
    work: Work,
}

impl Step {
    pub(crate) fn new(name: impl Into<String>, work: impl Fn(&mut File) -> anyhow::Result<()> + 'static) -> Self {
        Self { name: name.into(), work: Box::new(work) }
    }

    /// Runs a program in `directory`; the log begins with its command line.
    pub(crate) fn command(directory: &Path, name: &str, invocation: Invocation) -> Self {
        let directory = directory.to_owned();
        Self::new(name, move |log| {
            writeln!(log, "$ {invocation}")?;
            invocation.run(&directory, log)
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What the step is chosen by; several steps may share it.
    pub(crate) fn group(&self) -> &str {
        self.name().split('/').next().unwrap_or_default()
    }
}

/// Runs all steps, tells what happens while it happens, and ends with a table.
///
/// # Errors
///
/// When a log cannot be written. That a step failed is no error: see [`Summary::is_green`].
pub(crate) fn run_all(steps: &[Step], logs: &Path) -> anyhow::Result<Summary> {
    fs::create_dir_all(logs).with_context(|| format!("cannot create {}", logs.display()))?;
    let width = steps.iter().map(|step| step.name().len()).max().unwrap_or_default();
    let reports: anyhow::Result<_> = steps.iter().map(|step| run(step, width, logs)).collect();
    Ok(Summary { reports: reports?, width })
}

/// How each step ended. Displays as a table whose last line is `N passed, M failed`.
pub(crate) struct Summary {
    reports: Vec<Report>,
    width: usize,
}

struct Report {
    name: String,
    passed: bool,
    took: Duration,
}

impl Summary {
    pub(crate) fn is_green(&self) -> bool {
        self.reports.iter().all(|report| report.passed)
    }

    pub(crate) fn print(&self) {
        println!("\n{BOLD}{:<width$}  result  seconds{BOLD:#}", "step", width = self.width);
        for report in &self.reports {
            println!("{:<width$}  {report}", report.name, width = self.width);
        }
        println!("\n{}", self.total());
    }

    /// Scripts read this line: it carries no colour.
    fn total(&self) -> String {
        let passed = self.reports.iter().filter(|report| report.passed).count();
        format!("{passed} passed, {} failed", self.reports.len() - passed)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (style, result) = if self.passed { (PASSED, "passed") } else { (FAILED, "FAILED") };
        write!(f, "{style}{result}{style:#}  {:>7.1}", self.took.as_secs_f32())
    }
}

fn run(step: &Step, width: usize, logs: &Path) -> anyhow::Result<Report> {
    print!("{:<width$}  ", step.name());
    io::stdout().flush()?;

    let path = logs.join(format!("{}.log", step.name.replace('/', "-")));
    let mut log = File::create(&path).with_context(|| format!("cannot create {}", path.display()))?;
    let start = Instant::now();
    let result = (step.work)(&mut log);
    let report = Report { name: step.name.clone(), passed: result.is_ok(), took: start.elapsed() };

    println!("{report}");
    if let Err(error) = result {
        println!("\n{}\n{FAILED}{}: {error:#}{FAILED:#}\n", without_progress(&fs::read_to_string(&path)?), step.name());
    }
    Ok(report)
}

/// Progress is for those who wait. Who reads of a failure wants what stands between.
fn without_progress(log: &str) -> String {
    log.lines().filter(|line| !is_progress(line)).map(|line| format!("{line}\n")).collect()
}

/// What cargo tells while it builds, and the tests that passed.
fn is_progress(line: &str) -> bool {
    const VERBS: [&str; 6] = ["Updating", "Downloading", "Downloaded", "Compiling", "Checking", "Documenting"];
    let plain = strip_str(line).to_string();
    let verb = plain.split_whitespace().next().unwrap_or_default();
    plain.ends_with(" ... ok") || (plain.starts_with(' ') && VERBS.contains(&verb))
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::bail;

    #[test]
    fn a_failing_step_does_not_keep_the_next_from_running() {
        let steps = [
            Step::new("first", |_| bail!("no")),
            Step::new("second/a", |_| Ok(())),
            Step::new("second/b", |log| Ok(writeln!(log, "hidden")?)),
        ];
        let logs = std::env::temp_dir().join(format!("xtask-step-{}", std::process::id()));
        let summary = run_all(&steps, &logs).unwrap();
        assert_eq!(fs::read_to_string(logs.join("second-b.log")).unwrap(), "hidden\n");
        fs::remove_dir_all(logs).unwrap();

        assert!(!summary.is_green());
        assert_eq!(summary.total(), "2 passed, 1 failed");
    }

    #[test]
    fn a_failure_is_shown_without_the_progress_before_it() {
        let log =
            "$ cargo test\n   \u{1b}[32mCompiling\u{1b}[0m a v0.1.0\ntest a ... ok\ntest b ... FAILED\nChecking\n";
        assert_eq!(without_progress(log), "$ cargo test\ntest b ... FAILED\nChecking\n");
    }

    #[test]
    fn steps_of_one_group_are_chosen_together() {
        let group = |name: &str| Step::new(name, |_| Ok(())).group().to_owned();
        assert_eq!(group("features/none"), "features");
        assert_eq!(group("fmt"), "fmt");
    }
}
