//! `rotel`, a collector: services export to it over gRPC, and it exports to `oteltap`.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::Failure;
use crate::comparison::compared;
use crate::orders::{Endpoint, exported, served};
use crate::port::{free_port, listening};
use crate::process::Process;
use crate::python;
use crate::span::Keeps;
use crate::tap::Tap;
use crate::unzipped;
use crate::verdict::Finding;

/// Prints where the agent lies.
const AGENT: &str =
    "import importlib.util as u, os; print(os.path.join(os.path.dirname(u.find_spec('rotel').origin), 'rotel-agent'))";

/// The path of its program.
///
/// # Errors
///
/// When Python cannot be run.
pub(crate) fn agent() -> Result<Option<String>, Failure> {
    let Some(python) = python::with_module("rotel") else { return Ok(None) };
    let printed = Command::new(python).args(["-c", AGENT]).output()?.stdout;
    Ok(Some(String::from_utf8(printed)?.trim().to_owned()).filter(|path| Path::new(path).exists()))
}

/// Starts its program on these ports, of gRPC and HTTP.
pub(crate) async fn start(
    mut command: Command,
    [grpc, http]: [u16; 2],
    arguments: &[&str],
) -> Result<Process, Failure> {
    let directory = std::env::temp_dir();
    let file = |end: &str| directory.join(format!("rotel-{grpc}.{end}"));
    command.arg("start").args(["--otlp-grpc-endpoint", &format!("127.0.0.1:{grpc}")]);
    command.args(["--otlp-http-endpoint", &format!("127.0.0.1:{http}")]);
    command.arg("--pid-file").arg(file("pid")).arg("--log-file").arg(file("log"));
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    let process = Process(command.spawn()?);
    listening(grpc, Duration::from_secs(20)).await?;
    listening(http, Duration::from_secs(20)).await?;
    Ok(process)
}

pub(crate) async fn prove() -> Result<Finding, Failure> {
    let Some(agent) = agent()? else { return Ok(Finding::Skipped(python::is_missing("rotel"))) };
    let Some(tap) = Tap::start().await? else { return Ok(Finding::Skipped(python::is_missing("oteltap"))) };
    let ports = [free_port()?, free_port()?];
    // It compresses bodies, also with `--otlp-exporter-compression none`.
    let unzipped = unzipped::before(&tap.url).await?;
    let to_tap = ["--exporter", "otlp", "--otlp-exporter-protocol", "http", "--otlp-exporter-endpoint", &unzipped];
    let _rotel = start(Command::new(agent), ports, &to_tap).await?;
    let url = format!("http://127.0.0.1:{}", ports[0]);
    let notebooks = served(Endpoint { url: &url, protocol: "grpc" }).await?;
    let spans = tap.spans(exported(&notebooks)?).await?;
    Ok(compared(&notebooks, &spans, Keeps { kinds_and_links: true }))
}
