//! `cargo xtask release --dry-run`: what a release is checked for, beside `cargo xtask test`.
//!
//! Checks whose tool is not installed are left out, and named with the line that installs it. What only a person can do is printed
//! at the end. Publishing itself is not done here.

mod minimal;
mod sources;

use std::fs;
use std::process::ExitCode;

use anstream::println;
use anyhow::ensure;

use crate::api::{self, Lists};
use crate::invocation::Invocation;
use crate::prove::CHECKS_OF_DEPENDENCIES;
use crate::step::{self, Step};
use crate::toolchain::{Toolchains, cargo_of};
use crate::workspace::Workspace;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Checks, and publishes nothing.
    #[arg(long)]
    dry_run: bool,
}

/// A check that needs a tool, and how to get the tool.
struct Optional {
    step: Step,
    is_installed: bool,
    install: &'static str,
}

const BY_HAND: &str = "\
by hand:
  - set `repository` in [workspace.package]; without it the relative links of the README lead nowhere on crates.io
  - give the section `Unreleased` of CHANGELOG.md the version and the date
  - `cargo xtask test`, on a second system if there is one, and `.ci/run`
  - `cargo xtask prove --all`
  - `cargo deny check advisories`, which fetches their list
  - tag the commit: `git tag v<version>`
  - `cargo publish` with `-p` for each package that `package` has listed; cargo finds the order";

/// Runs every check for which the tools are there.
///
/// # Errors
///
/// Without `--dry-run`, or when a log cannot be written.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<ExitCode> {
    ensure!(options.dry_run, "only `--dry-run` is there: publishing is done by hand, as it prints at its end");
    let (optional, missing): (Vec<_>, Vec<_>) = optional(workspace).into_iter().partition(|check| check.is_installed);
    let mut steps = always(workspace);
    steps.extend(optional.into_iter().map(|check| check.step));
    let summary = step::run_all(&steps, &workspace.target_directory().join("xtask"))?;
    summary.print();
    for check in missing {
        println!("left out: {}, which needs `{}`", check.step.name(), check.install);
    }
    println!("{BY_HAND}");
    Ok(if summary.is_green() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn always(workspace: &Workspace) -> Vec<Step> {
    let (root, lists) = (workspace.root().to_owned(), Lists::of(workspace));
    let [changelog, committed] = [(); 2].map(|()| root.clone());
    let manifests = sources::manifests(workspace);
    vec![
        Step::new("committed", move |log| sources::is_committed(&committed, log)),
        Step::new("changelog", move |_| sources::has_news(&changelog)),
        Step::new("manifests", move |_| sources::are_complete(&manifests)),
        Step::new("public-api", move |log| api::check(&lists, log)),
        package(workspace),
    ]
}

/// Builds each package from its own archive.
///
/// Cargo keeps what it has unpacked by the path of the folder and the version, which stays the same while the contents change. So each commit has
/// a folder of its own.
fn package(workspace: &Workspace) -> Step {
    let (root, packages) = (workspace.root().to_owned(), packages(workspace));
    let folder = workspace.target_directory().join("packages");
    Step::new("package", move |log| {
        let commit = Invocation::new("git").arguments(["rev-parse", "--short", "HEAD"]).output(&root)?;
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let target = folder.join(commit.trim());
        let package =
            Invocation::cargo(&format!("package {packages} --target-dir")).arguments([target.display().to_string()]);
        package.run(&root, log)
    })
}

fn optional(workspace: &Workspace) -> Vec<Optional> {
    let libraries = packages(workspace);
    let semver = Invocation::cargo(&format!("semver-checks {libraries}"));
    let program = |name, tool, install, invocation| Optional {
        step: Step::command(workspace.root(), name, invocation),
        is_installed: which::which(tool).is_ok(),
        install,
    };
    let mut checks = of_toolchains(workspace);
    checks.extend([
        program(
            "dependencies",
            "cargo-deny",
            "cargo install cargo-deny",
            Invocation::cargo(&format!("deny {CHECKS_OF_DEPENDENCIES}")),
        ),
        program("semver", "cargo-semver-checks", "cargo install cargo-semver-checks", semver),
        program("spelling", "typos", "cargo install typos-cli", Invocation::new("typos")),
    ]);
    checks
}

/// The checks that need another compiler.
fn of_toolchains(workspace: &Workspace) -> Vec<Optional> {
    let toolchains = Toolchains::installed();
    let oldest = toolchains.oldest_rust(workspace);
    let docs = format!("doc {} --all-features --no-deps", packages(workspace));
    let docs = cargo_of("nightly", workspace, &docs)
        .environment("RUSTFLAGS", "--cfg tokio_unstable")
        .environment("RUSTDOCFLAGS", "--cfg docsrs --cfg tokio_unstable -D warnings");
    let nightly = |step| Optional {
        step,
        is_installed: toolchains.has_nightly(),
        install: "rustup toolchain install nightly --profile minimal",
    };
    let is_installed = oldest.is_some();
    let oldest = oldest.unwrap_or_else(|| Invocation::new("rustup"));
    let oldest = Step::command(workspace.root(), "oldest-rust", oldest);
    vec![
        Optional { step: oldest, is_installed, install: "rustup toolchain install 1.85 --profile minimal" },
        nightly(minimal::step(workspace)),
        nightly(Step::command(workspace.root(), "docs-rs", docs)),
    ]
}

/// `-p` and the name of each library.
fn packages(workspace: &Workspace) -> String {
    workspace.libraries().iter().map(|library| format!("-p {library}")).collect::<Vec<_>>().join(" ")
}
