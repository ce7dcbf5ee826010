//! Processes that end with the program.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde::de::DeserializeOwned;

use crate::Failure;

/// Killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Process(pub(crate) Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A service, this program or another.
#[derive(Debug)]
pub(crate) struct Service {
    process: Process,
    pub(crate) url: String,
    output: BufReader<ChildStdout>,
}

impl Service {
    /// Starts this program, and reads from it where it listens.
    pub(crate) fn start(arguments: &[&str], environment: &[(&str, &str)]) -> Result<Service, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        Service::of(command.args(arguments).envs(environment.iter().copied()))
    }

    /// The same with another program.
    pub(crate) fn of(command: &mut Command) -> Result<Service, Failure> {
        let mut process = Process(command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?);
        let mut service = Service {
            output: BufReader::new(process.0.stdout.take().ok_or("no output")?),
            process,
            url: String::new(),
        };
        service.url = service.line()?;
        Ok(service)
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.0.id()
    }

    fn line(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }

    /// Ends its input, and reads its notes.
    pub(crate) fn end<T: DeserializeOwned>(mut self) -> Result<T, Failure> {
        drop(self.process.0.stdin.take());
        Ok(serde_json::from_str(&self.line()?)?)
    }
}
