//! The Rust toolchains that rustup has installed.

use std::env;

use crate::invocation::Invocation;
use crate::workspace::Workspace;

/// Their names; none where there is no rustup.
pub(crate) struct Toolchains(Vec<String>);

impl Toolchains {
    pub(crate) fn installed() -> Self {
        let list = Invocation::new("rustup").arguments(["toolchain", "list"]).output(&env::temp_dir());
        let first_word = |line: &str| line.split_whitespace().next().map(str::to_owned);
        Self(list.unwrap_or_default().lines().filter_map(first_word).collect())
    }

    /// The toolchain of this version, such as `1.85.0-x86_64-unknown-linux-gnu` for `1.85`.
    fn of_version(&self, version: &str) -> Option<&str> {
        let is_it = |name: &&String| {
            let rest = name.strip_prefix(version);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
        };
        self.0.iter().find(is_it).map(String::as_str)
    }

    /// Checks the libraries with the oldest Rust that they support, where it is installed.
    pub(crate) fn oldest_rust(&self, workspace: &Workspace) -> Option<Invocation> {
        let toolchain = self.of_version(&workspace.rust_version())?;
        let arguments = format!("check -p {} --all-features --locked", workspace.libraries().join(" -p "));
        Some(cargo_of(toolchain, workspace, &arguments))
    }

    pub(crate) fn has_nightly(&self) -> bool {
        self.0.iter().any(|name| name.starts_with("nightly"))
    }
}

/// Cargo of a toolchain, with a target directory of its own.
pub(crate) fn cargo_of(toolchain: &str, workspace: &Workspace, arguments: &str) -> Invocation {
    let target = workspace.target_directory().join(toolchain);
    let rustup = Invocation::new("rustup").arguments(["run", toolchain, "cargo"]);
    let cargo = rustup.arguments(arguments.split_whitespace());
    cargo.environment("CARGO_TARGET_DIR", target.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_with_and_without_its_patch() {
        for (name, expected) in [("1.85.0-linux", true), ("1.85-linux", true), ("1.85", true), ("1.850.0", false)] {
            assert_eq!(Toolchains(vec![name.to_owned()]).of_version("1.85").is_some(), expected, "{name}");
        }
    }
}
