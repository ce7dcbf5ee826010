//! `docs/node-parity.md`, out of what is said by hand and what the pairs did.

use super::Compared;
use super::function::{self, Function};

const HEAD: &str = "\
<!-- Written by `cargo xtask parity`. To change it, change what lies under parity, and run that. -->

# Parity with Node

Every public function of `node:async_hooks`, and what became of it here. What this page says is what programs did: each pair
below is written twice, in JavaScript and in Rust, and both print what happened in the same words. `cargo xtask parity`
runs and compares them, on a current-thread and on a multi-thread runtime, and writes this page.

*same*: both print the same, line by line. *different on purpose*: what differs is what is said, and nothing else. *not
meaningful in Rust*: there is nothing it could do here.
";

const PAIRS: &str = "
## Pairs

Each is a folder of [parity/pairs](../parity/pairs). What Node printed is kept there; the version is the one that
printed it. Most are of Node 20; those of 26 are about what came later, or what 20 did otherwise.
";

/// # Errors
///
/// When a function is not proved, or a pair proves none.
pub(super) fn written(functions: &[Function], pairs: &[Compared]) -> anyhow::Result<String> {
    function::ensure_complete(functions, pairs)?;
    let functions = functions.iter().map(|function| function_row(function, pairs));
    let functions = table(["Node", "here", "status", "why", "proved by"], functions);
    let pairs = table(["pair", "what it shows", "Node", "status", "why"], pairs.iter().map(pair_row));
    Ok(format!("{HEAD}\n## Functions\n\n{functions}{PAIRS}\n{pairs}"))
}

fn function_row(function: &Function, pairs: &[Compared]) -> [String; 5] {
    let counterpart = function.rust.clone().unwrap_or_default();
    let proofs: Vec<String> = function.pairs.iter().map(|name| link(name)).collect();
    [function.node.clone(), counterpart, function.status(pairs), function.reasons(pairs), proofs.join(", ")]
}

fn pair_row(Compared { pair, comparison }: &Compared) -> [String; 5] {
    let version = pair.node_version.to_string();
    [link(&pair.name), pair.about.clone(), version, comparison.status().to_string(), comparison.reasons().join("; ")]
}

fn link(pair: &str) -> String {
    format!("[{pair}](../parity/pairs/{pair})")
}

fn table(head: [&str; 5], rows: impl Iterator<Item = [String; 5]>) -> String {
    let row = |cells: [String; 5]| format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "));
    let rule = "| --- | --- | --- | --- | --- |\n";
    row(head.map(str::to_owned)) + rule + &rows.map(row).collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_in_a_cell_does_not_end_it() {
        let row = ["a|b", "", "c", "", ""].map(str::to_owned);
        let table = table(["1", "2", "3", "4", "5"], [row].into_iter());
        assert_eq!(table.lines().last(), Some("| a\\|b |  | c |  |  |"));
    }
}
