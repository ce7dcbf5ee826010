//! Turns the recipes that the façade's tests leave out into tests of this package.
//!
//! It leaves out the others.

use std::path::PathBuf;
use std::{env, fs};

use anyhow::{Context, ensure};

const PAGES: [&str; 3] = ["servers", "clients-and-stores", "logs-and-traces"];

/// What begins a program that only this package can compile.
const OURS: &str = "```rust,ignore";

fn main() -> anyhow::Result<()> {
    let output = PathBuf::from(env::var("OUT_DIR")?);
    for name in PAGES {
        let page = format!("../../docs/recipes/{name}.md");
        println!("cargo::rerun-if-changed={page}");
        let text = fs::read_to_string(&page).with_context(|| format!("cannot read {page}"))?;
        ensure!(text.contains(OURS), "{page} has no program that begins with {OURS}");
        fs::write(output.join(format!("{name}.md")), text.lines().map(converted).collect::<String>())?;
    }
    Ok(())
}

fn converted(line: &str) -> String {
    match line.strip_prefix(OURS) {
        // `rust,ignore,no_run` is compiled here, and not run.
        Some(rest) => format!("```rust{rest}\n"),
        None if line == "```rust" => "```rust,ignore\n".to_owned(),
        None => format!("{line}\n"),
    }
}
