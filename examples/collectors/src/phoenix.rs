//! Arize Phoenix, a store with pages and a REST interface.
//!
//! Parents, attributes and times are read back through that. It keeps neither links nor OpenTelemetry's kinds. Its gRPC port is open to all networks, so it runs in a network of its own.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::Failure;
use crate::comparison::compared;
use crate::orders::{Endpoint, exported, served};
use crate::phoenix_pages::stored;
use crate::port::{free_port, listening};
use crate::process::Process;
use crate::python;
use crate::span::Keeps;
use crate::verdict::Finding;

/// Runs the other function in a network that has nothing but loopback.
pub(crate) async fn prove() -> Result<Finding, Failure> {
    if python::with_module("phoenix").is_none() {
        return Ok(Finding::Skipped(python::is_missing("phoenix")));
    }
    let mut command = Command::new("unshare");
    command.args(["--net", "sh", "-c", "ip link set lo up && exec \"$0\" phoenix-alone"]).arg(std::env::current_exe()?);
    let alone = command.stderr(Stdio::inherit()).output();
    let printed = alone.ok().and_then(|output| serde_json::from_slice(&output.stdout).ok());
    Ok(printed
        .unwrap_or_else(|| Finding::Skipped("it needs `unshare --net` and `ip`, and the right to use them".to_owned())))
}

/// Prints what it has found, for the process outside.
pub(crate) async fn prove_alone() -> Result<(), Failure> {
    let finding = serve().await.unwrap_or_else(|error| Finding::Wrong(vec![error.to_string()]));
    println!("{}", serde_json::to_string(&finding)?);
    Ok(())
}

async fn serve() -> Result<Finding, Failure> {
    let python = python::with_module("phoenix").ok_or("no phoenix")?;
    let (http, grpc) = (free_port()?, free_port()?);
    let directory = std::env::temp_dir().join(format!("phoenix-{http}"));
    let mut command = Command::new(python);
    command.args(["-m", "phoenix.server.main", "serve"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.env("PHOENIX_HOST", "127.0.0.1").env("PHOENIX_WORKING_DIR", &directory);
    command.env("PHOENIX_PORT", http.to_string()).env("PHOENIX_GRPC_PORT", grpc.to_string());
    command.env("PHOENIX_TELEMETRY_ENABLED", "false").env("PHOENIX_ALLOW_EXTERNAL_RESOURCES", "false");
    let phoenix = Process(command.spawn()?);
    listening(http, Duration::from_secs(120)).await?;
    let url = format!("http://127.0.0.1:{http}");
    let notebooks = served(Endpoint { url: &url, protocol: "http/protobuf" }).await?;
    let spans = stored(&url, exported(&notebooks)?).await?;
    drop(phoenix);
    let _ = std::fs::remove_dir_all(directory);
    Ok(compared(&notebooks, &spans, Keeps { kinds_and_links: false }))
}
