//! The Node on this machine, if there is one.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::PROGRAM_TIME;
use super::pair::Pair;
use crate::invocation::Invocation;

pub(super) struct Node {
    program: PathBuf,
    version: u32,
}

impl Node {
    /// The Node that was asked for, or the one in the path; none where there is none.
    pub(super) fn find(asked_for: Option<&Path>) -> anyhow::Result<Option<Self>> {
        let program = asked_for.unwrap_or(Path::new("node")).to_owned();
        let output = Invocation::new(&program).arguments(["--version"]).output(Path::new("."));
        match output {
            Ok(output) => Ok(Some(Self { program, version: major(&output)? })),
            Err(_) if asked_for.is_none() => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn version(&self) -> u32 {
        self.version
    }

    /// What another version prints proves nothing about the fixture.
    pub(super) fn runs(&self, pair: &Pair) -> bool {
        self.version == pair.node_version
    }

    pub(super) fn output(&self, pair: &Pair) -> anyhow::Result<String> {
        let arguments = ["--expose-gc".to_owned(), pair.program().display().to_string()];
        Invocation::new(&self.program).arguments(arguments).time_limit(PROGRAM_TIME).output(Path::new("."))
    }
}

/// 20 of `v20.20.2`.
fn major(version: &str) -> anyhow::Result<u32> {
    let major = version.trim().trim_start_matches('v').split('.').next().unwrap_or_default();
    major.parse().with_context(|| format!("no version of Node: {version}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_first_number() {
        assert_eq!(major("v20.20.2\n").unwrap(), 20);
        assert!(major("node").is_err());
    }

    #[test]
    fn a_node_that_was_asked_for_must_be_there() {
        assert!(Node::find(Some(Path::new("no-such-node"))).is_err());
    }
}
