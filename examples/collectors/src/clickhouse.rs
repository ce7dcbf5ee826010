//! ClickHouse's engine, `chdb`, answers the queries of the guide over two million spans.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::Failure;
use crate::facts::Facts;
use crate::orders::{Endpoint, exported, served};
use crate::pairs::{by_link, by_parent, expected};
use crate::python;
use crate::rows::row;
use crate::tap::Tap;
use crate::verdict::Finding;

/// The page whose queries are asked.
///
/// The first is who spawned what, the second what was triggered from another trace.
const GUIDE: &str = include_str!("../../../docs/guide/08-in-production.md");

const SPANS: usize = 2_000_000;

#[derive(Deserialize)]
struct Answer {
    count: usize,
    answers: [Vec<Vec<Value>>; 2],
    seconds: [f64; 2],
}

pub(crate) async fn prove() -> Result<Finding, Failure> {
    let Some(python) = python::with_module("chdb") else { return Ok(Finding::Skipped(python::is_missing("chdb"))) };
    let Some(tap) = Tap::start().await? else { return Ok(Finding::Skipped(python::is_missing("oteltap"))) };
    let notebooks = served(Endpoint { url: &tap.url, protocol: "http/protobuf" }).await?;
    let spans = tap.spans(exported(&notebooks)?).await?;
    let copies = SPANS.div_ceil(spans.len());
    let queries = Vec::from_iter(GUIDE.split("```sql").skip(1).filter_map(|block| block.split("```").next()));
    let rows = Vec::from_iter(spans.iter().map(|span| row(span).to_string()));
    let asked = json!({ "rows": rows, "copies": copies, "queries": queries });
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clickhouse.py");
    let mut process = Command::new(python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    process.stdin.take().ok_or("no input")?.write_all(asked.to_string().as_bytes())?;
    let Answer { count, answers, seconds } = serde_json::from_slice(&process.wait_with_output()?.stdout)?;

    let mut facts = Facts::default();
    facts.equal("number", "spans", &(spans.len() * copies), &count);
    let [spawned, linked] = answers;
    // The line is the third column of the first answer; the number is the one behind.
    let spawned = BTreeMap::from_iter(spawned.iter().map(|row| (texts(&row[..3]), whole(&row[3]))));
    let linked = BTreeMap::from_iter(linked.iter().map(|row| (texts(&row[..2]), whole(&row[2]))));
    facts.equal("who spawned what", "all", &expected(&spans, copies, by_parent), &spawned);
    facts.equal("who caused what from another trace", "all", &expected(&spans, copies, by_link), &linked);
    let [first, second] = seconds;
    Ok(facts.finding(&format!("{count} spans; who spawned what in {first:.1} s, causes by links in {second:.1} s")))
}

fn texts(row: &[Value]) -> Vec<String> {
    row.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

/// ClickHouse writes numbers of 64 bits as texts.
fn whole(value: &Value) -> usize {
    value
        .as_str()
        .and_then(|text| text.parse().ok())
        .or_else(|| value.as_u64().map(|number| number as usize))
        .unwrap_or_default()
}
