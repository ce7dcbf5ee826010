//! The Rust toolchains that rustup has installed.

use std::env;

use crate::invocation::Invocation;

/// Their names; none where there is no rustup.
pub(super) struct Toolchains(Vec<String>);

impl Toolchains {
    pub(super) fn installed() -> Self {
        let list = Invocation::new("rustup").arguments(["toolchain", "list"]).output(&env::temp_dir());
        let first_word = |line: &str| line.split_whitespace().next().map(str::to_owned);
        Self(list.unwrap_or_default().lines().filter_map(first_word).collect())
    }

    /// The toolchain of this version, such as `1.85.0-x86_64-unknown-linux-gnu` for `1.85`.
    pub(super) fn oldest(&self, version: &str) -> Option<&str> {
        let is_it = |name: &&String| {
            let rest = name.strip_prefix(version);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
        };
        self.0.iter().find(is_it).map(String::as_str)
    }

    pub(super) fn has_nightly(&self) -> bool {
        self.0.iter().any(|name| name.starts_with("nightly"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_with_and_without_its_patch() {
        for (name, expected) in [("1.85.0-linux", true), ("1.85-linux", true), ("1.85", true), ("1.850.0", false)] {
            assert_eq!(Toolchains(vec![name.to_owned()]).oldest("1.85").is_some(), expected, "{name}");
        }
    }
}
