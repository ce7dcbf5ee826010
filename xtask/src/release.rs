//! `cargo xtask release --dry-run`: what a release is checked for, beside `cargo xtask test`.
//!
//! Checks whose tool is not installed are left out, and named with the line that installs it. What only a person can do is printed
//! at the end. Publishing itself is not done here.

mod sources;

use std::process::ExitCode;

use anstream::println;
use anyhow::ensure;

use crate::api::{self, Lists};
use crate::invocation::Invocation;
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
    name: &'static str,
    is_installed: bool,
    install: &'static str,
    invocation: Invocation,
}

const BY_HAND: &str = "\
by hand:
  - set `repository` in [workspace.package]; without it the relative links of the README lead nowhere on crates.io
  - give the section `Unreleased` of CHANGELOG.md the version and the date
  - `cargo xtask test`, on a second system if there is one, and `.ci/run`
  - `cargo xtask prove --all`
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
    steps.extend(optional.into_iter().map(|check| Step::command(workspace.root(), check.name, check.invocation)));
    let summary = step::run_all(&steps, &workspace.target_directory().join("xtask"))?;
    summary.print();
    for check in missing {
        println!("left out: {}, which needs `{}`", check.name, check.install);
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
        Step::command(workspace.root(), "package", Invocation::cargo(&format!("package {}", packages(workspace)))),
    ]
}

fn optional(workspace: &Workspace) -> Vec<Optional> {
    let (toolchains, libraries) = (Toolchains::installed(), packages(workspace));
    let oldest = toolchains.oldest_rust(workspace);
    let tool = |name| which::which(name).is_ok();
    vec![
        Optional {
            name: "oldest-rust",
            is_installed: oldest.is_some(),
            install: "rustup toolchain install 1.85 --profile minimal",
            invocation: oldest.unwrap_or_else(|| Invocation::cargo("check")),
        },
        Optional {
            name: "docs-rs",
            is_installed: toolchains.has_nightly(),
            install: "rustup toolchain install nightly --profile minimal",
            invocation: cargo_of("nightly", workspace, &format!("doc {libraries} --all-features --no-deps"))
                .environment("RUSTFLAGS", "--cfg tokio_unstable")
                .environment("RUSTDOCFLAGS", "--cfg docsrs --cfg tokio_unstable -D warnings"),
        },
        Optional {
            name: "minimal-versions",
            is_installed: tool("cargo-minimal-versions") && tool("cargo-hack"),
            install: "cargo install cargo-minimal-versions cargo-hack",
            invocation: Invocation::cargo(&format!("minimal-versions check --direct {libraries} --all-features")),
        },
        Optional {
            name: "dependencies",
            is_installed: tool("cargo-deny"),
            install: "cargo install cargo-deny",
            invocation: Invocation::cargo("deny check"),
        },
        Optional {
            name: "semver",
            is_installed: tool("cargo-semver-checks"),
            install: "cargo install cargo-semver-checks",
            invocation: Invocation::cargo(&format!("semver-checks {libraries}")),
        },
        Optional {
            name: "spelling",
            is_installed: tool("typos"),
            install: "cargo install typos-cli",
            invocation: Invocation::new("typos"),
        },
    ]
}

/// `-p` and the name of each library.
fn packages(workspace: &Workspace) -> String {
    workspace.libraries().iter().map(|library| format!("-p {library}")).collect::<Vec<_>>().join(" ")
}
