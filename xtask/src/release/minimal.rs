//! The libraries with the oldest dependencies that their manifests name.
//!
//! Cargo chooses versions for a whole workspace, so the libraries are copied into one of their own, without tests, tools and their
//! dependencies.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::Context;
use ignore::WalkBuilder;
use toml::{Table, Value};

use crate::step::Step;
use crate::toolchain::cargo_of;
use crate::workspace::Workspace;

/// Checks them by cargo of the nightly toolchain, which alone can choose the oldest versions.
pub(super) fn step(workspace: &Workspace) -> Step {
    let (root, copy) = (workspace.root().to_owned(), workspace.target_directory().join("minimal"));
    let oldest = cargo_of("nightly", workspace, "update -Z direct-minimal-versions");
    let check = cargo_of("nightly", workspace, "check --workspace --all-features");
    Step::new("minimal-versions", move |log: &mut File| {
        copied(&root, &copy)?;
        oldest.run(&copy, log)?;
        check.run(&copy, log)
    })
}

/// Replaces `copy` by a workspace that has the libraries alone.
fn copied(root: &Path, copy: &Path) -> anyhow::Result<()> {
    if copy.exists() {
        fs::remove_dir_all(copy).with_context(|| format!("cannot remove {}", copy.display()))?;
    }
    fs::create_dir_all(copy)?;
    let mut manifest = parsed(&root.join("Cargo.toml"))?;
    if let Some(Value::Table(workspace)) = manifest.get_mut("workspace") {
        workspace.insert("members".to_owned(), Value::Array(vec!["crates/*".into()]));
        workspace.insert("exclude".to_owned(), Value::Array(programs(root)?));
        workspace.remove("default-members");
    }
    fs::write(copy.join("Cargo.toml"), toml::to_string(&manifest)?)?;
    for entry in WalkBuilder::new(root.join("crates")).follow_links(true).build() {
        let path = entry?.into_path();
        let place = copy.join(path.strip_prefix(root)?);
        match path.file_name().is_some_and(|name| name == "Cargo.toml") {
            _ if path.is_dir() => fs::create_dir_all(&place)?,
            true => fs::write(&place, toml::to_string(&without_tests(parsed(&path)?))?)?,
            false => _ = fs::copy(&path, &place)?,
        }
    }
    Ok(())
}

/// The crates with a program: those are installed with the versions of their lock file.
fn programs(root: &Path) -> anyhow::Result<Vec<Value>> {
    let mut programs = Vec::new();
    for entry in fs::read_dir(root.join("crates"))? {
        let folder = entry?.path();
        if folder.join("src/main.rs").exists() {
            programs.push(folder.strip_prefix(root)?.to_string_lossy().into_owned().into());
        }
    }
    Ok(programs)
}

fn parsed(path: &PathBuf) -> anyhow::Result<Table> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    text.parse().with_context(|| format!("cannot parse {}", path.display()))
}

fn without_tests(mut manifest: Table) -> Table {
    for key in ["dev-dependencies", "test", "bench"] {
        manifest.remove(key);
    }
    if let Some(Value::Table(targets)) = manifest.get_mut("target") {
        targets.iter_mut().filter_map(|(_, target)| target.as_table_mut()).for_each(|target| {
            target.remove("dev-dependencies");
        });
    }
    manifest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_without_tests_keeps_its_dependencies() {
        let manifest = "[dependencies]\na = \"1\"\n[dev-dependencies]\nb = \"1\"\n[[test]]\nname = \"t\"\n\
                        [target.x.dependencies]\nc = \"1\"\n[target.x.dev-dependencies]\nd = \"1\"\n";
        let expected: Table = "[dependencies]\na = \"1\"\n[target.x.dependencies]\nc = \"1\"\n".parse().unwrap();
        assert_eq!(without_tests(manifest.parse().unwrap()), expected);
    }
}
