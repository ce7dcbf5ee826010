//! What must be in the repository before a release.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, ensure};
use cargo_metadata::Package;

use crate::invocation::Invocation;
use crate::workspace::Workspace;

/// A package that is published, and what its manifest lacks.
pub(super) struct Manifest {
    name: String,
    lacks: Vec<&'static str>,
}

/// Fails when git has something that is not committed.
pub(super) fn is_committed(root: &Path, log: &mut impl Write) -> anyhow::Result<()> {
    let status = Invocation::new("git").arguments(["status", "--porcelain"]).output(root)?;
    write!(log, "{status}")?;
    ensure!(status.is_empty(), "there are changes that are not committed");
    Ok(())
}

/// Fails when nothing is listed under `Unreleased` in CHANGELOG.md.
pub(super) fn has_news(root: &Path) -> anyhow::Result<()> {
    let changelog = fs::read_to_string(root.join("CHANGELOG.md")).context("cannot read CHANGELOG.md")?;
    ensure!(unreleased(&changelog).lines().any(|line| line.starts_with("- ")), "CHANGELOG.md has nothing unreleased");
    Ok(())
}

fn unreleased(changelog: &str) -> &str {
    let (_, section) = changelog.split_once("\n## Unreleased\n").unwrap_or_default();
    section.split("\n## ").next().unwrap_or_default()
}

pub(super) fn manifests(workspace: &Workspace) -> Vec<Manifest> {
    workspace.published().map(Manifest::of).collect()
}

/// Fails when a manifest lacks something that a page of crates.io or docs.rs shows.
pub(super) fn are_complete(manifests: &[Manifest]) -> anyhow::Result<()> {
    let lacking = manifests.iter().filter(|manifest| !manifest.lacks.is_empty());
    let lacking: Vec<_> = lacking.map(|manifest| format!("{}: {}", manifest.name, manifest.lacks.join(", "))).collect();
    ensure!(lacking.is_empty(), "missing in manifests or beside them: {}", lacking.join("; "));
    Ok(())
}

impl Manifest {
    fn of(package: &Package) -> Self {
        let folder = package.manifest_path.parent();
        let file = |name: &str| folder.is_some_and(|folder| folder.join(name).exists());
        let has = [
            ("description", package.description.is_some()),
            ("license", package.license.is_some()),
            ("documentation", package.documentation.is_some()),
            ("rust-version", package.rust_version.is_some()),
            ("keywords", !package.keywords.is_empty()),
            ("categories", !package.categories.is_empty()),
            ("metadata for docs.rs", package.metadata.pointer("/docs/rs").is_some()),
            ("README.md", package.readme.is_some() && file("README.md")),
            ("LICENSE-MIT", file("LICENSE-MIT")),
            ("LICENSE-APACHE", file("LICENSE-APACHE")),
        ];
        let lacks = has.into_iter().filter(|(_, is_there)| !is_there).map(|(what, _)| what).collect();
        Self { name: package.name.to_string(), lacks }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_published_manifest_is_complete() {
        are_complete(&manifests(&Workspace::load().unwrap())).unwrap();
    }

    #[test]
    fn only_what_is_unreleased_counts() {
        assert_eq!(unreleased("# C\n\n## Unreleased\n- a\n\n## 0.1.0\n- b\n"), "- a\n");
        assert_eq!(unreleased("# C\n\n## 0.1.0\n- b\n"), "");
    }
}
