//! `cargo xtask test`: the steps, the cheapest first.
//!
//! Steps share what cargo has built. The whole-workspace ones select the same packages, so features unify to the same
//! set; the ones that need other compiler flags have a target directory of their own.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{bail, ensure};

use crate::api::{self, Lists};
use crate::deadline;
use crate::invocation::Invocation;
use crate::parity::{self, Place};
use crate::site;
use crate::step::{self, Step};
use crate::tidy;
use crate::toolchain::Toolchains;
use crate::workspace::{AUTOMATIC, BENCHES, EXAMPLES, FACADE, Workspace, example_executable};

/// What an example may take; all of them end by themselves, most within a second.
const EXAMPLE_TIME: Duration = Duration::from_secs(30);

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Runs only this step, with all its parts; may be given more than once.
    #[arg(long, value_name = "STEP")]
    only: Vec<String>,
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<ExitCode> {
    let steps = chosen(all_steps(workspace)?, &options.only)?;
    let summary = step::run_all(&steps, &workspace.target_directory().join("xtask"))?;
    summary.print();
    Ok(if summary.is_green() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn chosen(steps: Vec<Step>, only: &[String]) -> anyhow::Result<Vec<Step>> {
    let groups: BTreeSet<_> = steps.iter().map(|step| step.group().to_owned()).collect();
    let known = || Vec::from_iter(groups.iter().map(String::as_str)).join(", ");
    for name in only {
        ensure!(groups.contains(name), "no step is named {name}; there are: {}", known());
    }
    let wanted = |step: &Step| only.is_empty() || only.iter().any(|name| name == step.group());
    Ok(steps.into_iter().filter(wanted).collect())
}

fn all_steps(workspace: &Workspace) -> anyhow::Result<Vec<Step>> {
    let mut steps = whole_workspace(workspace)?;
    // Where that toolchain is; `cargo xtask release` names the line that installs it.
    let oldest = Toolchains::installed().oldest_rust(workspace);
    steps.extend(oldest.map(|oldest| command(workspace, "oldest-rust", oldest)));
    steps.extend(spelling(workspace));
    steps.extend(examples(workspace)?);
    steps.push(parity(workspace));
    steps.extend(features(workspace)?);
    steps.extend(unstable(workspace)?);
    steps.push(refusal(workspace));
    steps.push(models(workspace));
    Ok(steps)
}

/// What is asked of every package at once. Benches are compiled, by clippy, and not run.
///
/// The example that does not compile without `--cfg tokio_unstable` is left out by naming the others, or all features but its.
fn whole_workspace(workspace: &Workspace) -> anyhow::Result<Vec<Step>> {
    let (features, examples) = (workspace.library_features().join(","), workspace.examples()?.join(" --example "));
    let targets = format!("--lib --bins --tests --benches --example {examples}");
    let clippy = format!("clippy --workspace --all-features {targets} -- -D warnings");
    let tests = format!("test --workspace --exclude {BENCHES} --tests --no-fail-fast");
    let tests = Invocation::cargo(&tests).arguments(deadline::runner()?);
    let doctests = format!("test --workspace --exclude {BENCHES} --features {features} --doc --no-fail-fast");
    let docs = Invocation::cargo(&format!("doc --workspace --features {features} --no-deps --keep-going"));
    Ok(vec![
        tidiness(workspace),
        public_api(workspace),
        command(workspace, "fmt", Invocation::cargo("fmt --all --check")),
        command(workspace, "fmt/field", Invocation::cargo("fmt --check --manifest-path examples/field/Cargo.toml")),
        command(workspace, "fmt/recipes", Invocation::cargo("fmt --check --manifest-path examples/recipes/Cargo.toml")),
        command(
            workspace,
            "fmt/collectors",
            Invocation::cargo("fmt --check --manifest-path examples/collectors/Cargo.toml"),
        ),
        command(
            workspace,
            "fmt/unmodified",
            Invocation::cargo("fmt --check --manifest-path examples/unmodified/Cargo.toml"),
        ),
        command(workspace, "fmt/recent", Invocation::cargo("fmt --check --manifest-path examples/recent/Cargo.toml")),
        command(workspace, "clippy", Invocation::cargo(&clippy)),
        command(workspace, "tests", tests),
        command(workspace, "doctests", Invocation::cargo(&doctests)),
        recipes(workspace),
        site::step(workspace, docs.environment("RUSTDOCFLAGS", "-D warnings")),
    ])
}

/// The recipes for crates that no member of this workspace depends on.
///
/// `examples/recipes` is a workspace of its own.
fn recipes(workspace: &Workspace) -> Step {
    let tests = "test --doc --no-fail-fast --manifest-path examples/recipes/Cargo.toml";
    // What both workspaces depend on is built once.
    let target = workspace.target_directory().display().to_string();
    command(workspace, "doctests/recipes", Invocation::cargo(tests).environment("CARGO_TARGET_DIR", target))
}

/// Builds all examples at once, with the selection of the tests, then runs each alone.
fn examples(workspace: &Workspace) -> anyhow::Result<Vec<Step>> {
    let build = format!("build --workspace --exclude {BENCHES} --examples");
    let mut steps = vec![command(workspace, "examples", Invocation::cargo(&build))];
    for name in workspace.examples()? {
        let example = Invocation::new(example_executable(workspace.target_directory(), name)).time_limit(EXAMPLE_TIME);
        steps.push(command(workspace, &format!("examples/{name}"), example));
    }
    Ok(steps)
}

/// The façade with no feature, with each alone, with all.
///
/// What a feature needs must not come from its neighbour.
fn features(workspace: &Workspace) -> anyhow::Result<Vec<Step>> {
    let runner = deadline::runner()?;
    let tests = |name: &str, selection: &str| {
        let tests = format!("test -p {FACADE} --tests --no-fail-fast {selection}");
        command(workspace, &format!("features/{name}"), Invocation::cargo(&tests).arguments(runner.clone()))
    };
    let alone = |name| tests(name, &format!("--no-default-features --features {name}"));

    let mut steps = vec![tests("none", "--no-default-features")];
    steps.extend(workspace.features()?.into_iter().map(alone));
    steps.push(tests("all", "--all-features"));
    Ok(steps)
}

/// Checks libraries and examples once more, with tokio's unstable hooks.
///
/// Programs do not know tokio. Only the example that needs the hooks is run.
fn unstable(workspace: &Workspace) -> anyhow::Result<Vec<Step>> {
    let target = workspace.target_directory().join("unstable");
    let libraries = workspace.dependable().join(" -p ");
    let runner = deadline::runner()?;
    // Without the runner: rustdoc would run all documentation tests of a crate in one process.
    let no_runner: [String; 0] = [];
    let step = |name, (runner, subcommand): (&[String], &str), rest: &str, rustdoc_flags| {
        let arguments = format!("{subcommand} -p {libraries} -p {EXAMPLES} --all-features {rest}");
        let invocation = Invocation::new("cargo")
            .arguments(runner)
            .arguments(arguments.split_whitespace())
            .environment("CARGO_TARGET_DIR", target.display().to_string())
            .environment("RUSTFLAGS", "--cfg tokio_unstable")
            .environment("RUSTDOCFLAGS", rustdoc_flags);
        command(workspace, name, invocation)
    };
    let example = example_executable(&target, AUTOMATIC);
    Ok(vec![
        step("unstable/clippy", (&no_runner, "clippy"), "--all-targets -- -D warnings", "--cfg tokio_unstable"),
        step("unstable/tests", (&runner, "test"), "--lib --bins --tests --no-fail-fast", "--cfg tokio_unstable"),
        step("unstable/doctests", (&no_runner, "test"), "--doc --no-fail-fast", "--cfg tokio_unstable"),
        step("unstable/docs", (&no_runner, "doc"), "--no-deps --keep-going", "--cfg tokio_unstable -D warnings"),
        step("unstable/examples", (&no_runner, "build"), "--examples", "--cfg tokio_unstable"),
        command(workspace, "unstable/example", Invocation::new(example).time_limit(EXAMPLE_TIME)),
    ])
}

/// A short run of the models that `cargo xtask prove model` runs for longer.
fn models(workspace: &Workspace) -> Step {
    let packages = ["core", "diagnostics", "tokio", "tracing"].map(|name| format!("-p async-hooks-{name}")).join(" ");
    let models = Invocation::cargo(&format!("test {packages} --all-features --lib model:: -- --test-threads=1"))
        .environment("CARGO_TARGET_DIR", workspace.target_directory().join("model").display().to_string())
        .environment("RUSTFLAGS", "--cfg async_hooks_model --cfg tokio_unstable")
        .environment("MODEL_SCHEDULES", "400");
    command(workspace, "model", models)
}

/// Without the cfg that example does not compile, and the error says what to do.
fn refusal(workspace: &Workspace) -> Step {
    let check = format!("check --workspace --all-features --example {AUTOMATIC}");
    let check = Invocation::cargo(&check).environment("RUSTFLAGS", "").environment("CARGO_TERM_COLOR", "never");
    let root = workspace.root().to_owned();
    Step::new("unstable/refusal", move |log| {
        let Err(refusal) = check.output(&root) else { bail!("{check} succeeds") };
        let refusal = refusal.to_string();
        writeln!(log, "$ {check}\n{refusal}")?;
        let untold = REFUSAL.iter().find(|line| !refusal.contains(**line));
        untold.map_or(Ok(()), |line| bail!("nobody is told: {line}"))
    })
}

/// What is missing, and where it goes.
const REFUSAL: [&str; 4] = [
    "error[E0277]: tracking every task of a runtime needs `--cfg tokio_unstable`",
    "put this into `.cargo/config.toml`",
    "[build]",
    "rustflags = [\"--cfg\", \"tokio_unstable\"]",
];

fn command(workspace: &Workspace, name: &str, invocation: Invocation) -> Step {
    Step::command(workspace.root(), name, invocation)
}

/// Where `typos` is installed; what it does not know is in typos.toml.
fn spelling(workspace: &Workspace) -> Option<Step> {
    which::which("typos").ok().map(|typos| command(workspace, "spelling", Invocation::new(typos)))
}

fn tidiness(workspace: &Workspace) -> Step {
    let root = workspace.root().to_owned();
    Step::new("tidy", move |log| tidy::check(&root, log))
}

fn public_api(workspace: &Workspace) -> Step {
    let lists = Lists::of(workspace);
    Step::new("api", move |log| api::check(&lists, log))
}

/// Against what Node printed once, so that nobody needs Node to be green.
fn parity(workspace: &Workspace) -> Step {
    let place = Place::of(workspace);
    Step::new("parity", move |log| parity::check(&place, log))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_of_the_facade_is_tested_alone() {
        let workspace = Workspace::load().unwrap();
        let names = names(features(&workspace).unwrap());
        for feature in workspace.features().unwrap() {
            assert!(names.contains(&format!("features/{feature}")), "{feature} is not in {names:?}");
        }
        assert!(names.contains(&"features/none".into()) && names.contains(&"features/all".into()));
    }

    #[test]
    fn only_chooses_a_step_with_all_its_parts() {
        let workspace = Workspace::load().unwrap();
        let only = ["unstable".to_owned(), "api".to_owned()];
        let chosen = chosen(all_steps(&workspace).unwrap(), &only).unwrap();
        let unstable = ["clippy", "tests", "doctests", "docs", "examples", "example", "refusal"]
            .map(|part| format!("unstable/{part}"));
        assert_eq!(names(chosen), [&["api".to_owned()], &unstable[..]].concat());
    }

    #[test]
    fn an_unknown_step_is_answered_with_the_known_ones() {
        let steps = vec![Step::new("fmt", |_| Ok(()))];
        let error = chosen(steps, &["format".into()]).err().unwrap().to_string();
        assert_eq!(error, "no step is named format; there are: fmt");
    }

    fn names(steps: Vec<Step>) -> Vec<String> {
        steps.iter().map(|step| step.name().to_owned()).collect()
    }
}
