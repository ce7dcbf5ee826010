//! The parts of the proof, and which of them run.

use std::process::ExitCode;

use crate::verdict::Verdict;
use crate::{Failure, clickhouse, node, outage, phoenix, prometheus, rotel, tap};

const PARTS: [&str; 7] = ["oteltap", "rotel", "phoenix", "clickhouse", "node", "prometheus", "outage"];

/// Runs the chosen parts, and fails if one of them has.
pub(crate) async fn prove(words: &[&str]) -> Result<ExitCode, Failure> {
    if let Some(word) = words.iter().find(|word| !PARTS.contains(word)) {
        return Err(format!("{word} is none of {}", PARTS.join(", ")).into());
    }
    let mut is_good = true;
    for part in PARTS.into_iter().filter(|part| words.is_empty() || words.contains(part)) {
        let finding = match part {
            "oteltap" => tap::prove().await,
            "rotel" => rotel::prove().await,
            "phoenix" => phoenix::prove().await,
            "clickhouse" => clickhouse::prove().await,
            "node" => node::prove().await,
            "prometheus" => prometheus::prove().await,
            _ => outage::prove().await,
        };
        let verdict = Verdict::of(part, finding);
        println!("{verdict}");
        is_good &= verdict.is_good();
    }
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
