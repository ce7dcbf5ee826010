//! A proof: the claim, the tools it needs, and the programs that check it.

use std::fmt;

use crate::invocation::Invocation;
use crate::toolchain::Toolchains;
use crate::workspace::Workspace;

/// A claim about the libraries, with the programs that check it.
pub(super) struct Proof {
    pub(super) name: &'static str,
    /// What holds when every program exits with success.
    pub(super) claim: &'static str,
    /// What has to be installed, besides cargo.
    pub(super) tools: &'static [Tool],
    pub(super) check: Check,
}

pub(super) enum Tool {
    /// A program in the `PATH`.
    Program(&'static str),
    NightlyToolchain,
}

pub(super) enum Check {
    /// Programs of the workspace, one after the other, up to the first that fails.
    Runs(&'static [Run]),
    /// A function of this program; it gets the arguments of the command line.
    Function(fn(&Workspace, &[String]) -> anyhow::Result<()>),
}

/// As a target: `cargo mutants`, over the files in `.cargo/mutants.toml`.
pub(super) const MUTANTS: &str = "mutants";

/// One program of a proof, built by cargo in release mode.
pub(super) struct Run {
    pub(super) package: &'static str,
    /// The folder of a package that is a workspace of its own; None for a member of this one.
    pub(super) own_workspace: Option<&'static str>,
    /// The cargo target: `--lib`, `--test`, `--example` or `--bin` and a name; or [`MUTANTS`].
    pub(super) target: &'static str,
    /// How cargo selects features: `--all-features`, or nothing for the default ones.
    pub(super) features: &'static str,
    /// Builds with `--cfg tokio_unstable`, in `target/unstable`.
    pub(super) is_unstable: bool,
    /// Arguments of the program itself.
    pub(super) arguments: &'static [&'static str],
    pub(super) environment: &'static [(&'static str, &'static str)],
}

pub(super) enum Outcome {
    Proven,
    Skipped(String),
    Failed(anyhow::Error),
}

impl Proof {
    /// Runs the check, where its tools are installed; `extra` goes to each program.
    pub(super) fn run(&self, workspace: &Workspace, extra: &[String]) -> Outcome {
        if let Some(tool) = self.tools.iter().find(|tool| !tool.is_installed()) {
            return Outcome::Skipped(format!("{tool} is not installed"));
        }
        let result = match self.check {
            Check::Runs(runs) => {
                runs.iter().try_for_each(|run| run.invocation(workspace, extra).show(workspace.root()))
            }
            Check::Function(check) => check(workspace, extra),
        };
        result.map_or_else(Outcome::Failed, |()| Outcome::Proven)
    }

    #[cfg(test)]
    pub(super) fn runs(&self) -> &'static [Run] {
        match self.check {
            Check::Runs(runs) => runs,
            Check::Function(_) => &[],
        }
    }
}

impl Tool {
    fn is_installed(&self) -> bool {
        match self {
            Self::Program(name) => which::which(name).is_ok(),
            Self::NightlyToolchain => Toolchains::installed().has_nightly(),
        }
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Program(name) => f.write_str(name),
            Self::NightlyToolchain => f.write_str("a nightly toolchain"),
        }
    }
}

impl Run {
    fn invocation(&self, workspace: &Workspace, extra: &[String]) -> Invocation {
        let mut invocation = Invocation::cargo(&self.command()).arguments(self.arguments.iter().copied());
        if let Some(folder) = self.target_folder() {
            let target = workspace.target_directory().join(folder).display().to_string();
            invocation = invocation.environment("CARGO_TARGET_DIR", target);
        }
        if self.is_unstable {
            invocation = invocation.environment("RUSTFLAGS", "--cfg tokio_unstable");
        }
        for (name, value) in self.environment {
            invocation = invocation.environment(name, *value);
        }
        invocation.arguments(extra.iter().cloned())
    }

    fn command(&self) -> String {
        if self.target == MUTANTS {
            return format!("mutants {}", self.features);
        }
        let is_test = self.target == "--lib" || self.target.starts_with("--test ");
        let command = if is_test { "test" } else { "run" };
        let manifest = self.own_workspace.map(|folder| format!("--manifest-path {folder}/Cargo.toml "));
        let package = format!("{}-p {}", manifest.unwrap_or_default(), self.package);
        format!("{command} --release {package} {} {} --", self.target, self.features)
    }

    /// Where cargo builds, below the target directory, when it is not there itself.
    fn target_folder(&self) -> Option<&'static str> {
        match (self.own_workspace, self.is_unstable) {
            (Some(_), true) => Some("unstable/own"),
            (Some(_), false) => Some("own"),
            (None, true) => Some("unstable"),
            (None, false) => None,
        }
    }

    #[cfg(test)]
    pub(super) fn exists_in(&self, workspace: &Workspace) -> bool {
        if let Some(folder) = self.own_workspace {
            let manifest = std::fs::read_to_string(workspace.root().join(folder).join("Cargo.toml"));
            return manifest.is_ok_and(|manifest| manifest.contains(&format!("name = \"{}\"", self.package)));
        }
        if self.target == MUTANTS {
            return workspace.root().join(".cargo/mutants.toml").is_file();
        }
        if self.target == "--lib" {
            return workspace.libraries().contains(&self.package);
        }
        let target = self.target.strip_prefix("--").and_then(|target| target.split_once(' '));
        target.is_some_and(|(kind, name)| workspace.has_target(self.package, kind, name))
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Proven => f.write_str("proven"),
            Self::Skipped(why) => write!(f, "skipped: {why}"),
            Self::Failed(error) => write!(f, "FAILED: {error:#}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: Run = Run {
        package: "async-hooks-core",
        own_workspace: None,
        target: "--test entered",
        features: "--all-features",
        is_unstable: false,
        arguments: &["random"],
        environment: &[("PROGRAMS", "7")],
    };

    #[test]
    fn arguments_of_the_command_line_follow_those_of_the_table() {
        let invocation = RUN.invocation(&Workspace::load().unwrap(), &["--minutes".to_owned()]);
        assert_eq!(
            invocation.to_string(),
            "PROGRAMS=\"7\" cargo test --release -p async-hooks-core --test entered --all-features -- random --minutes"
        );
    }

    #[test]
    fn an_unstable_program_has_the_cfg_and_its_own_target_directory() {
        let run = Run { is_unstable: true, ..RUN };
        let invocation = run.invocation(&Workspace::load().unwrap(), &[]).to_string();
        assert!(invocation.contains("RUSTFLAGS=\"--cfg tokio_unstable\""), "{invocation}");
        assert!(invocation.contains("/unstable\" "), "{invocation}");
    }

    #[test]
    fn a_package_outside_of_the_workspace_is_built_apart() {
        let run = Run { own_workspace: Some("examples/field"), target: "--bin field", ..RUN };
        let invocation = run.invocation(&Workspace::load().unwrap(), &[]).to_string();
        assert!(invocation.contains("--manifest-path examples/field/Cargo.toml -p "), "{invocation}");
        assert!(invocation.contains("/own\" "), "{invocation}");
    }

    #[test]
    fn a_proof_without_its_tool_is_skipped_with_the_name_of_the_tool() {
        let tools = &[Tool::Program("no-such-tool")];
        let proof = Proof { name: "load", claim: "", tools, check: Check::Runs(&[RUN]) };
        let outcome = proof.run(&Workspace::load().unwrap(), &[]);
        assert_eq!(outcome.to_string(), "skipped: no-such-tool is not installed");
    }
}
