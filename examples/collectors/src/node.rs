//! Node's OpenTelemetry calls our service, and is called by it.
//!
//! It is one trace, of which each records its part.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Failure;
use crate::facts::Facts;
use crate::node_span::NodeSpan;
use crate::note::Notebook;
use crate::npm;
use crate::orders::exported;
use crate::process::Service;
use crate::python;
use crate::tap::Tap;
use crate::verdict::Finding;
use crate::whole;

const ORDERS: usize = 40;

pub(crate) async fn prove() -> Result<Finding, Failure> {
    let Some(modules) = npm::modules()? else {
        return Ok(Finding::Skipped("node and npm are not installed".to_owned()));
    };
    let Some(tap) = Tap::start().await? else { return Ok(Finding::Skipped(python::is_missing("oteltap"))) };
    let environment = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*tap.url),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("NODE_PATH", &modules),
    ];
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("node/shop.cjs").display().to_string();
    let c = Service::start(&["service", "C", ""], &environment)?;
    let middle = Service::of(Command::new("node").args([&script, "serve", &c.url]).envs(environment))?;
    let a = Service::start(&["service", "A", &middle.url], &environment)?;
    let count = ORDERS.to_string();
    let asked = Command::new("node")
        .args([&script, "ask", &a.url, &count])
        .envs(environment)
        .stderr(Stdio::inherit())
        .output()?;
    let caller: Vec<NodeSpan> = serde_json::from_slice(&asked.stdout)?;
    let (a, middle, c): (Notebook, Vec<NodeSpan>, Notebook) = (a.end()?, middle.end()?, c.end()?);

    let mut facts = Facts::default();
    whole::hops(&mut facts, [&caller, &middle], [&a, &c]);
    let ours = [a, c];
    let spans = tap.spans(exported(&ours)? + caller.len() + middle.len()).await?;
    let all = whole::traces(&mut facts, &spans, ORDERS);
    if let Some(file) = std::env::var_os("COLLECTORS_RECORD_NODE") {
        fs::write(file, serde_json::to_string_pretty(&(&caller[..2], &middle[..2]))? + "\n")?;
    }
    Ok(facts.finding(&format!("Node calls A, A calls Node, and that calls C; {all} spans of {ORDERS} whole traces")))
}
