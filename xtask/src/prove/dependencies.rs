//! `cargo xtask prove dependencies`: what may come in, by deny.toml.
//!
//! Advisories are not asked for here, since their list is fetched from elsewhere.

use crate::invocation::Invocation;
use crate::workspace::Workspace;

/// The packages that are workspaces of their own have dependencies of their own.
const MANIFESTS: [&str; 5] = [
    "Cargo.toml",
    "examples/collectors/Cargo.toml",
    "examples/field/Cargo.toml",
    "examples/unmodified/Cargo.toml",
    "fuzz/Cargo.toml",
];

/// What is checked, by `cargo deny`; not every workspace needs each exception.
pub(crate) const CHECKS: &str = "check -A license-exception-not-encountered bans licenses sources";

pub(super) fn check(workspace: &Workspace, _arguments: &[String]) -> anyhow::Result<()> {
    let deny = |manifest| Invocation::cargo(&format!("deny --manifest-path {manifest} {CHECKS}"));
    MANIFESTS.iter().try_for_each(|manifest| deny(manifest).show(workspace.root()))
}
