//! `oteltap` receives over HTTP and prints each span; what it prints is read back.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::Failure;
use crate::comparison::compared;
use crate::orders::{Endpoint, exported, served};
use crate::port::{free_port, listening};
use crate::process::Process;
use crate::python;
use crate::recorded::of_first_orders;
use crate::span::{Keeps, Span};
use crate::verdict::Finding;

/// A receiver, and the lines that it has printed.
pub(crate) struct Tap {
    _process: Process,
    pub(crate) url: String,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Tap {
    /// `None` if it is not installed.
    pub(crate) async fn start() -> Result<Option<Tap>, Failure> {
        let Some(python) = python::with_module("oteltap") else { return Ok(None) };
        let port = free_port()?;
        let mut command = Command::new(python);
        command.args(["-u", "-m", "oteltap", "--port", &port.to_string()]).stdout(Stdio::piped());
        let mut process = Process(command.spawn()?);
        let output = BufReader::new(process.0.stdout.take().ok_or("no output")?);
        let lines = Arc::<Mutex<Vec<String>>>::default();
        let written = Arc::clone(&lines);
        let is_span = |line: &String| line.starts_with('{');
        let write = move |line| written.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        std::thread::spawn(move || output.lines().map_while(Result::ok).filter(is_span).for_each(write));
        listening(port, Duration::from_secs(20)).await?;
        Ok(Some(Tap { _process: process, url: format!("http://127.0.0.1:{port}"), lines }))
    }

    /// Waits for this many lines, and for more that must not come.
    pub(crate) async fn lines(&self, expected: usize) -> Vec<String> {
        let (start, patience) = (Instant::now(), Duration::from_secs(20));
        let lines = || self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone();
        while lines().len() < expected && start.elapsed() < patience {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        lines()
    }

    pub(crate) async fn spans(&self, expected: usize) -> Result<Vec<Span>, Failure> {
        read(&self.lines(expected).await)
    }
}

pub(crate) fn read(lines: &[String]) -> Result<Vec<Span>, Failure> {
    let read =
        |line: &String| Span::from_otlp(&serde_json::from_str(line)?).ok_or_else(|| format!("no span: {line}").into());
    lines.iter().map(read).collect()
}

pub(crate) async fn prove() -> Result<Finding, Failure> {
    let Some(tap) = Tap::start().await? else { return Ok(Finding::Skipped(python::is_missing("oteltap"))) };
    let notebooks = served(Endpoint { url: &tap.url, protocol: "http/protobuf" }).await?;
    let lines = tap.lines(exported(&notebooks)?).await;
    let spans = read(&lines)?;
    if let Some(file) = std::env::var_os("COLLECTORS_RECORD_OTELTAP") {
        fs::write(file, of_first_orders(&lines, &spans))?;
    }
    Ok(compared(&notebooks, &spans, Keeps { kinds_and_links: true }))
}
