//! The workspace as `cargo metadata` describes it.
//!
//! Its root, libraries and examples, and the features of the façade.

use std::path::{Path, PathBuf};

use anyhow::Context;
use cargo_metadata::{Metadata, MetadataCommand, Package, Target, TargetKind};

/// The package users add; its features are the ones to test apart and together.
pub(crate) const FACADE: &str = "async-hooks";
/// The package that is compiled but never run by the tests.
pub(crate) const BENCHES: &str = "async-hooks-benches";
/// The package, and its binary, that holds our side of the programs Node runs too.
pub(crate) const PARITY: &str = "async-hooks-parity";
/// The package whose example targets are run.
pub(crate) const EXAMPLES: &str = "async-hooks-examples";
/// The example that tracks every task of its runtime, and the feature that it needs.
pub(crate) const AUTOMATIC: &str = "automatic";

/// The workspace that this program was built from.
pub(crate) struct Workspace(Metadata);

impl Workspace {
    /// # Errors
    ///
    /// When cargo cannot be run or rejects a manifest. The error contains what cargo says.
    pub(crate) fn load() -> anyhow::Result<Self> {
        let mut command = MetadataCommand::new();
        command.current_dir(env!("CARGO_MANIFEST_DIR")).no_deps();
        command.exec().map(Self).context("cargo metadata fails")
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.workspace_root.as_std_path()
    }

    pub(crate) fn target_directory(&self) -> &Path {
        self.0.target_directory.as_std_path()
    }

    /// The packages under `crates/`: what is published.
    pub(crate) fn libraries(&self) -> Vec<&str> {
        self.published().map(|package| package.name.as_str()).collect()
    }

    /// The packages under `crates/` that other packages can depend on: all but the programs.
    pub(crate) fn dependable(&self) -> Vec<&str> {
        let is_program = |package: &&Package| package.targets.iter().any(Target::is_bin);
        self.published().filter(|package| !is_program(package)).map(|package| package.name.as_str()).collect()
    }

    /// The packages under `crates/`, each with its `lib.rs`. Programs have none.
    pub(crate) fn library_sources(&self) -> impl Iterator<Item = (&str, &Path)> {
        self.published().filter_map(|package| {
            let mut targets = package.targets.iter();
            let library = targets.find(|target| target.is_lib() || target.is_proc_macro())?;
            Some((package.name.as_str(), library.src_path.as_std_path()))
        })
    }

    /// All features of the libraries, as `package/feature`.
    pub(crate) fn library_features(&self) -> Vec<String> {
        let features = self.published().flat_map(|package| package.features.keys().map(move |name| (package, name)));
        features.map(|(package, name)| format!("{}/{name}", package.name)).collect()
    }

    /// The façade's features, without `default`.
    pub(crate) fn features(&self) -> anyhow::Result<Vec<&str>> {
        let features = self.package(FACADE)?.features.keys();
        Ok(features.map(String::as_str).filter(|name| *name != "default").collect())
    }

    /// The names of the example targets that need no feature of their package.
    pub(crate) fn examples(&self) -> anyhow::Result<Vec<&str>> {
        let is_example = |target: &&Target| target.kind == [TargetKind::Example] && target.required_features.is_empty();
        let examples = self.package(EXAMPLES)?.targets.iter().filter(is_example);
        Ok(examples.map(|target| target.name.as_str()).collect())
    }

    /// The oldest Rust that the libraries build with: major and minor version.
    pub(crate) fn rust_version(&self) -> String {
        let version = self.published().find_map(|package| package.rust_version.as_ref());
        version.map_or_else(String::new, |version| format!("{}.{}", version.major, version.minor))
    }

    /// True when `package` has a target of this kind and name.
    #[cfg(test)]
    pub(crate) fn has_target(&self, package: &str, kind: &str, name: &str) -> bool {
        let is_it = |target: &Target| target.kind == [TargetKind::from(kind)] && target.name == name;
        self.package(package).is_ok_and(|package| package.targets.iter().any(is_it))
    }

    /// Where cargo puts the binary `name`.
    pub(crate) fn executable(&self, name: &str) -> PathBuf {
        self.target_directory().join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// The packages under `crates/`.
    pub(crate) fn published(&self) -> impl Iterator<Item = &Package> {
        let crates = self.root().join("crates");
        self.0.packages.iter().filter(move |package| package.manifest_path.starts_with(&crates))
    }

    fn package(&self, name: &str) -> anyhow::Result<&Package> {
        let package = self.0.packages.iter().find(|package| package.name == name);
        package.with_context(|| format!("no package {name} in the workspace"))
    }
}

/// Where cargo puts the example `name`, below a target directory.
pub(crate) fn example_executable(target: &Path, name: &str) -> PathBuf {
    target.join("debug/examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}
