//! A program to run: its arguments, its environment, how long it may take.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use anyhow::{Context, bail, ensure};
use duct::Expression;

/// A program, described before it runs.
///
/// Displays as what a contributor would type to run it alone.
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

    /// Runs in `directory` and returns what the program wrote to stdout.
    ///
    /// # Errors
    ///
    /// When the program cannot be started, takes too long or does not exit with 0. The error contains its stderr.
    pub(crate) fn output(&self, directory: &Path) -> anyhow::Result<String> {
        let output = self.finish(&self.expression(directory).stdout_capture().stderr_capture())?;
        ensure!(output.status.success(), "{self}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
        self.text(output)
    }

    /// As [`output`](Self::output), and shows what the program writes to stderr as it comes.
    ///
    /// # Errors
    ///
    /// When the program cannot be started or does not exit with 0.
    pub(crate) fn output_beside_progress(&self, directory: &Path) -> anyhow::Result<String> {
        let output = self.finish(&self.expression(directory).stdout_capture())?;
        ensure!(output.status.success(), "{self}: {}", output.status);
        self.text(output)
    }

    /// Runs in `directory`; both output streams go to `log`, in the order of writing.
    ///
    /// # Errors
    ///
    /// When the program cannot be started, takes too long or does not exit with 0.
    pub(crate) fn run(&self, directory: &Path, log: &File) -> anyhow::Result<()> {
        let expression = self.expression(directory).stdout_file(log.try_clone()?).stderr_file(log.try_clone()?);
        let status = self.finish(&expression)?.status;
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
        let status = self.finish(&self.expression(directory))?.status;
        ensure!(status.success(), "{self}: {status}");
        Ok(())
    }

    fn expression(&self, directory: &Path) -> Expression {
        let command = duct::cmd(self.program.as_os_str(), &self.arguments).env("CARGO_TERM_COLOR", colours());
        let environment = self.environment.iter();
        environment.fold(command, |command, (name, value)| command.env(name, value)).dir(directory).stdin_null()
    }

    /// Waits for the program, whatever its exit status, and kills it at the time limit.
    fn finish(&self, expression: &Expression) -> anyhow::Result<Output> {
        let child = expression.unchecked().start().with_context(|| format!("cannot start {self}"))?;
        if let Some(limit) = self.time_limit
            && child.wait_timeout(limit)?.is_none()
        {
            child.kill()?;
            bail!("still running after {} s: killed", limit.as_secs_f32());
        }
        Ok(child.into_output()?)
    }

    fn text(&self, output: Output) -> anyhow::Result<String> {
        String::from_utf8(output.stdout).with_context(|| format!("{self} wrote something other than UTF-8"))
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

/// Cargo colours its log when our own output has colours, since failing logs are shown there.
fn colours() -> &'static str {
    match AutoStream::choice(&io::stdout()) {
        ColorChoice::Never => "never",
        _ => "always",
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

    #[test]
    fn an_output_longer_than_a_pipe_is_returned_whole() {
        let long = shell("head -c 1000000 /dev/zero | tr '\\0' x").time_limit(Duration::from_secs(30));
        assert_eq!(long.output(&std::env::temp_dir()).unwrap().len(), 1_000_000);
    }

    fn shell(script: &str) -> Invocation {
        Invocation::new("sh").arguments(["-c", script])
    }

    fn run(invocation: Invocation) -> (anyhow::Result<()>, String) {
        let name = std::thread::current().name().unwrap_or("log").replace("::", "-");
        let path = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
        let result = invocation.run(&std::env::temp_dir(), &File::create(&path).unwrap());
        let output = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(path).unwrap();
        (result, output)
    }
}
