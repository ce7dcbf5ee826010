//! What cargo knows of this workspace: where it lies, its libraries, the façade's features, the examples.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use serde::Deserialize;

/// The package users add; its features are the ones to test apart and together.
pub(crate) const FACADE: &str = "async-hooks";
/// The package that is compiled but never run by the tests.
pub(crate) const BENCHES: &str = "async-hooks-benches";
/// The package, and its binary, that holds our side of the programs Node runs too.
pub(crate) const PARITY: &str = "async-hooks-parity";
/// The package whose example targets are run.
const EXAMPLES: &str = "async-hooks-examples";

/// The workspace this binary was built from, in the words of `cargo metadata`.
#[derive(Deserialize)]
pub(crate) struct Workspace {
    workspace_root: PathBuf,
    target_directory: PathBuf,
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    features: BTreeMap<String, Vec<String>>,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

impl Workspace {
    /// # Errors
    ///
    /// When cargo cannot be run, or cannot make sense of a manifest; what it says about that is on stderr.
    pub(crate) fn load() -> anyhow::Result<Self> {
        let output = Command::new("cargo")
            .args(["metadata", "--format-version=1", "--no-deps"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stderr(Stdio::inherit())
            .output()
            .context("cannot start cargo")?;
        ensure!(output.status.success(), "cargo metadata: {}", output.status);
        serde_json::from_slice(&output.stdout).context("cannot read what cargo metadata says")
    }

    pub(crate) fn root(&self) -> &Path {
        &self.workspace_root
    }

    pub(crate) fn target_directory(&self) -> &Path {
        &self.target_directory
    }

    /// The packages under `crates/`: what is published.
    pub(crate) fn libraries(&self) -> Vec<&str> {
        let crates = self.root().join("crates");
        let published = |package: &&Package| package.manifest_path.starts_with(&crates);
        self.packages.iter().filter(published).map(|package| package.name.as_str()).collect()
    }

    /// The façade's features, without `default`.
    pub(crate) fn features(&self) -> anyhow::Result<Vec<&str>> {
        let features = self.package(FACADE)?.features.keys();
        Ok(features.map(String::as_str).filter(|name| *name != "default").collect())
    }

    /// The names of the example targets.
    pub(crate) fn examples(&self) -> anyhow::Result<Vec<&str>> {
        let is_example = |target: &&Target| target.kind.iter().any(|kind| kind == "example");
        let examples = self.package(EXAMPLES)?.targets.iter().filter(is_example);
        Ok(examples.map(|target| target.name.as_str()).collect())
    }

    /// Where cargo puts the example `name`.
    pub(crate) fn example_executable(&self, name: &str) -> PathBuf {
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        self.target_directory().join("debug/examples").join(file)
    }

    /// Where cargo puts the binary `name`.
    pub(crate) fn executable(&self, name: &str) -> PathBuf {
        self.target_directory().join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    fn package(&self, name: &str) -> anyhow::Result<&Package> {
        let package = self.packages.iter().find(|package| package.name == name);
        package.with_context(|| format!("no package {name} in the workspace"))
    }
}
