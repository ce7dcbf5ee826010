//! `cargo xtask bench`: measures what everything costs.
//!
//! It asks every bench for time and, where valgrind is installed, for instructions. From the answers it writes
//! `docs/performance.md`, its plots, the table in the README and `benches/instructions.json`.
//!
//! `cargo xtask bench --check` writes nothing: it counts once more, and compares with what was counted then and with the bars.
//! `cargo xtask bench --counts` counts and writes `benches/instructions.json` alone.

// Said in one place, compiled into both; what is public there is public to the benches.
#[path = "../../benches/src/answer.rs"]
#[allow(unreachable_pub, reason = "it is the benches' file")]
mod answer;

// Its tests run here, where nothing needs to be built for them: the benches bring all their peers.
#[cfg(test)]
#[path = "../../benches/src/profile.rs"]
mod profile;

mod number;
mod suite;
mod results;
mod machine;
mod committed;
mod missed;
mod check;
mod plot;
mod summary;
mod page;
mod readme;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, ensure};

use crate::workspace::Workspace;
use committed::Committed;
use machine::Machine;
use missed::Missed;
use results::Results;
use suite::{Scope, Suite};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Counts instructions and writes nothing; fails above the committed counts or a bar.
    #[arg(long)]
    check: bool,
    /// Counts instructions and writes `benches/instructions.json`.
    ///
    /// What is not counted stays as it was.
    #[arg(long, conflicts_with = "check")]
    counts: bool,
    /// Skips what needs a tokio built with `--cfg tokio_unstable`, and the time to build it.
    #[arg(long)]
    stable: bool,
    /// Only this question, and writes nothing; may be given more than once.
    #[arg(long, value_name = "QUESTION")]
    only: Vec<String>,
}

/// Where everything lies.
struct Place {
    root: PathBuf,
}

impl Place {
    fn page(&self) -> PathBuf {
        self.root.join("docs/performance.md")
    }

    fn plots(&self) -> PathBuf {
        self.root.join("docs/performance")
    }

    fn readme(&self) -> PathBuf {
        self.root.join("README.md")
    }

    fn instructions(&self) -> PathBuf {
        self.root.join("benches/instructions.json")
    }

    fn missed(&self) -> PathBuf {
        self.root.join("benches/missed.toml")
    }
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<ExitCode> {
    let place = Place { root: workspace.root().to_owned() };
    let mut out = anstream::stdout();
    let result = match options {
        Options { check: true, .. } => check(workspace, &place, options, &mut out),
        Options { counts: true, .. } => write_counts(workspace, &place, options, &mut out),
        _ => measure(workspace, &place, options, &mut out),
    };
    if let Err(error) = &result {
        writeln!(out, "{error:#}")?;
    }
    Ok(if result.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn check(workspace: &Workspace, place: &Place, options: &Options, out: &mut impl Write) -> anyhow::Result<()> {
    ensure!(machine::has_valgrind(), "there is no valgrind to count with");
    let (committed, missed) = (Committed::read(&place.instructions())?, Missed::read(&place.missed())?);
    let suite = Suite::build(workspace, &options.scope())?;
    let results = suite.count(out)?;
    let machine = Machine::look(workspace)?;
    let findings = check::compare(&results, &committed, &missed, &machine);
    write!(out, "{findings}")?;
    ensure!(findings.are_fine(), "it costs more than it may");
    Ok(())
}

fn write_counts(workspace: &Workspace, place: &Place, options: &Options, out: &mut impl Write) -> anyhow::Result<()> {
    ensure!(machine::has_valgrind(), "there is no valgrind to count with");
    let results = Suite::build(workspace, &options.scope())?.count(out)?;
    let counted = Committed::of(&results, &Machine::look(workspace)?);
    Committed::read(&place.instructions())?.with(counted)?.write(&place.instructions())?;
    writeln!(out, "written: benches/instructions.json")?;
    Ok(())
}

fn measure(workspace: &Workspace, place: &Place, options: &Options, out: &mut impl Write) -> anyhow::Result<()> {
    let missed = Missed::read(&place.missed())?;
    let suite = Suite::build(workspace, &options.scope())?;
    let results = suite.measure(out)?;
    let machine = Machine::look(workspace)?;
    write!(out, "{}", page::bars(&results, &missed))?;
    if options.only.is_empty() {
        write_all(place, &results, &missed, &machine)?;
        writeln!(out, "\nwritten: docs/performance.md and its plots, README.md, benches/instructions.json")?;
    }
    let unlisted = missed.unlisted(&results);
    ensure!(unlisted.is_empty(), "missed, and not listed in benches/missed.toml:\n{}", unlisted.join("\n"));
    Ok(())
}

fn write_all(place: &Place, results: &Results, missed: &Missed, machine: &Machine) -> anyhow::Result<()> {
    let plots = plot::all(results)?;
    replace_plots(&place.plots(), &plots)?;
    fs::write(place.page(), page::written(results, missed, machine, &plots)?)?;
    let readme = fs::read_to_string(place.readme())?;
    fs::write(place.readme(), readme::with_table(&readme, results, machine)?)?;
    // Without valgrind nothing was counted, and what was counted before still holds.
    match results.are_counted() {
        true => Committed::of(results, machine).write(&place.instructions()),
        false => Ok(()),
    }
}

/// Those of a case that is gone go as well.
fn replace_plots(folder: &Path, plots: &[plot::Plot]) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "svg") {
            fs::remove_file(path)?;
        }
    }
    let write = |plot: &plot::Plot| fs::write(folder.join(&plot.file), &plot.svg).context("cannot write a plot");
    plots.iter().try_for_each(write)
}

impl Options {
    fn scope(&self) -> Scope<'_> {
        Scope { only: &self.only, is_stable: self.stable, is_check: self.check || self.counts }
    }
}
