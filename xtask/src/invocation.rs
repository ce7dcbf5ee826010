//! A program to run: its arguments, its environment, how long it may take.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anstream::{AutoStream, ColorChoice};
use anyhow::{Context, bail, ensure};

/// How often a running program is asked whether it has ended.
const PATIENCE: Duration = Duration::from_millis(10);

/// A program, described before it runs. Displays as what a contributor would type to run it alone.
pub(crate) struct Invocation {
    program: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(&'static str, String)>,
    time_limit: Option<Duration>,
}

impl Invocation {
    pub(crate) fn new(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into(), arguments: Vec::new(), environment: Vec::new(), time_limit: None }
    }

    /// Cargo, with arguments separated by blanks.
    pub(crate) fn cargo(arguments: &str) -> Self {
        Self::new("cargo").arguments(arguments.split_whitespace())
    }

    pub(crate) fn arguments<S: Into<String>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    pub(crate) fn environment(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    /// Ends the program, as a failure, when it takes longer.
    pub(crate) fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
        self
    }

    /// Runs in `directory` and answers with what it wrote to stdout. That has to fit into a pipe, as short outputs do.
    ///
    /// # Errors
    ///
    /// When the program cannot be started, takes too long or does not exit with 0; what it wrote to stderr is part of it.
    pub(crate) fn output(&self, directory: &Path) -> anyhow::Result<String> {
        let child = self.command(directory).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.with_context(|| format!("cannot start {self}"))?;
        if let Some(limit) = self.time_limit {
            wait_at_most(&mut child, limit)?;
        }
        let output = child.wait_with_output()?;
        ensure!(output.status.success(), "{self}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).with_context(|| format!("{self} writes what is no text"))
    }

    /// As [`output`](Self::output), while what the program writes to stderr is shown as it comes.
    ///
    /// # Errors
    ///
    /// When the program cannot be started or does not exit with 0.
    pub(crate) fn output_beside_progress(&self, directory: &Path) -> anyhow::Result<String> {
        let output = self.command(directory).stderr(Stdio::inherit()).output();
        let output = output.with_context(|| format!("cannot start {self}"))?;
        ensure!(output.status.success(), "{self}: {}", output.status);
        String::from_utf8(output.stdout).with_context(|| format!("{self} writes what is no text"))
    }

    /// Runs in `directory` with both output streams going to `log`, in the order they are written.
    ///
    /// # Errors
    ///
    /// When the program cannot be started, takes too long or does not exit with 0.
    pub(crate) fn run(&self, directory: &Path, log: &File) -> anyhow::Result<()> {
        let child = self.command(directory).stdout(log.try_clone()?).stderr(log.try_clone()?).spawn();
        let mut child = child.with_context(|| format!("cannot start {self}"))?;
        let status = match self.time_limit {
            Some(limit) => wait_at_most(&mut child, limit)?,
            None => child.wait()?,
        };
        ensure!(status.success(), "{status}");
        Ok(())
    }

    /// Runs in `directory` and shows the command line, then what the program writes as it comes.
    ///
    /// # Errors
    ///
    /// When the program cannot be started or does not exit with 0.
    pub(crate) fn show(&self, directory: &Path) -> anyhow::Result<()> {
        anstream::println!("$ {self}");
        let status = self.command(directory).status().with_context(|| format!("cannot start {self}"))?;
        ensure!(status.success(), "{self}: {status}");
        Ok(())
    }

    fn command(&self, directory: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .env("CARGO_TERM_COLOR", colours())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(directory)
            .stdin(Stdio::null());
        command
    }
}

impl fmt::Display for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.environment {
            write!(f, "{name}=\"{value}\" ")?;
        }
        write!(f, "{}", self.program.display())?;
        self.arguments.iter().try_for_each(|argument| write!(f, " {argument}"))
    }
}

/// Logs are shown where we write ourselves, so cargo colours them when we would.
fn colours() -> &'static str {
    match AutoStream::choice(&io::stdout()) {
        ColorChoice::Never => "never",
        _ => "always",
    }
}

/// Polls, because std has no wait with a limit; a thread per child would be more to get wrong.
fn wait_at_most(child: &mut Child, limit: Duration) -> anyhow::Result<ExitStatus> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if start.elapsed() >= limit {
            child.kill()?;
            child.wait()?;
            bail!("still running after {} s: killed", limit.as_secs_f32());
        }
        thread::sleep(PATIENCE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invocation_reads_as_it_would_be_typed() {
        let invocation = Invocation::cargo("doc --no-deps").environment("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(invocation.to_string(), "RUSTDOCFLAGS=\"-D warnings\" cargo doc --no-deps");
    }

    #[test]
    fn output_of_both_streams_arrives_in_order() {
        let (result, output) = run(shell("echo one; echo two >&2; echo three"));
        assert!(result.is_ok());
        assert_eq!(output, "one\ntwo\nthree\n");
    }

    #[test]
    fn a_failing_program_is_an_error_that_names_its_status() {
        let (result, _) = run(shell("exit 7"));
        assert!(result.unwrap_err().to_string().contains('7'));
    }

    #[test]
    fn a_program_that_does_not_end_is_killed_and_reported() {
        let endless = shell("exec sleep 600").time_limit(Duration::from_millis(50));
        let (result, _) = run(endless);
        assert!(result.unwrap_err().to_string().contains("still running after 0.05 s"));
    }

    #[test]
    fn stdout_is_the_output_and_stderr_part_of_the_error() {
        let here = std::env::temp_dir();
        assert_eq!(shell("echo one; echo two >&2").output(&here).unwrap(), "one\n");
        let error = shell("echo one; echo two >&2; exit 7").output(&here).unwrap_err().to_string();
        assert!(error.contains("two") && error.contains('7') && !error.contains("\none"), "{error}");
    }

    #[test]
    fn an_endless_program_has_no_output() {
        let endless = shell("exec sleep 600").time_limit(Duration::from_millis(50));
        assert!(endless.output(&std::env::temp_dir()).unwrap_err().to_string().contains("still running"));
    }

    fn shell(script: &str) -> Invocation {
        Invocation::new("sh").arguments(["-c", script])
    }

    fn run(invocation: Invocation) -> (anyhow::Result<()>, String) {
        let name = thread::current().name().unwrap_or("log").replace("::", "-");
        let path = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
        let result = invocation.run(&std::env::temp_dir(), &File::create(&path).unwrap());
        let output = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(path).unwrap();
        (result, output)
    }
}
