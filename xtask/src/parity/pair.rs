//! One folder of pairs: a program twice, and what is said about it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde::Deserialize;

use super::comparison::Deviation;
use super::read;

/// The Node version of a pair, unless the first line of its node.js names a later one.
const NODE_VERSION: u32 = 20;

pub(super) struct Pair {
    pub(super) name: String,
    /// What it shows: the first lines of rust.rs.
    pub(super) about: String,
    /// The major version of Node whose output is the fixture.
    pub(super) node_version: u32,
    pub(super) deviations: Vec<Deviation>,
    folder: PathBuf,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Deviations {
    deviation: Vec<Deviation>,
}

impl Pair {
    /// All pairs, by name.
    pub(super) fn all(parity: &Path) -> anyhow::Result<Vec<Self>> {
        let pairs = parity.join("pairs");
        let entries = fs::read_dir(&pairs).with_context(|| format!("cannot list {}", pairs.display()))?;
        let mut folders: Vec<PathBuf> =
            entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<PathBuf>>>()?;
        folders.sort();
        folders.into_iter().map(Self::read).collect()
    }

    fn read(folder: PathBuf) -> anyhow::Result<Self> {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let about = about(&read(&folder.join("rust.rs"))?);
        ensure!(!about.is_empty(), "{name}/rust.rs does not begin with what it is about");
        let node_version = node_version(&read(&folder.join("node.js"))?);
        let deviations = deviations(&folder.join("deviations.toml"))?;
        Ok(Self { name, about, node_version, deviations, folder })
    }

    pub(super) fn program(&self) -> PathBuf {
        self.folder.join("node.js")
    }

    pub(super) fn fixture_path(&self) -> PathBuf {
        self.folder.join("node.txt")
    }

    /// What Node printed when it was asked last.
    pub(super) fn fixture(&self) -> anyhow::Result<String> {
        read(&self.fixture_path())
    }
}

/// The `//!` lines as one.
fn about(source: &str) -> String {
    let lines = source.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim);
    lines.collect::<Vec<_>>().join(" ")
}

/// `// Needs Node 26.` as the first line.
fn node_version(program: &str) -> u32 {
    let wanted = program.strip_prefix("// Needs Node ").and_then(|rest| rest.split('.').next());
    wanted.and_then(|version| version.parse().ok()).unwrap_or(NODE_VERSION)
}

fn deviations(path: &Path) -> anyhow::Result<Vec<Deviation>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let told: Deviations = toml::from_str(&read(path)?).with_context(|| path.display().to_string())?;
    Ok(told.deviation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_doc_says_what_a_pair_is_about() {
        assert_eq!(about("//! One\n//! two.\n\nuse std;\n//! three\n"), "One two.");
        assert_eq!(about("use std;\n"), "");
    }

    #[test]
    fn a_program_may_ask_for_a_later_node() {
        assert_eq!(node_version("// Needs Node 26.\n'use strict';\n"), 26);
        assert_eq!(node_version("'use strict';\n"), NODE_VERSION);
    }
}
