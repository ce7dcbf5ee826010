//! `cargo xtask parity`: runs and compares the programs under `parity/pairs`.
//!
//! It writes `docs/node-parity.md` from the results.
//!
//! What Node printed is kept beside each pair as `node.txt`, so Node is needed only to refresh it, or to see that it is
//! still true.

mod comparison;
mod pair;
mod node;
mod function;
mod page;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use anyhow::{Context, bail, ensure};

use crate::invocation::Invocation;
use crate::workspace::{BENCHES, PARITY, Workspace};
use comparison::{Comparison, Status};
use node::Node;
use pair::Pair;

/// Ours is right only when it is so on both.
const RUNTIMES: [&str; 2] = ["current-thread", "multi-thread"];

/// What a program may take; all of them end by themselves, most at once.
const PROGRAM_TIME: Duration = Duration::from_secs(30);

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Writes nothing; fails when docs/node-parity.md is not what would be written.
    #[arg(long)]
    check: bool,
    /// Keeps what Node prints now as what is compared with.
    #[arg(long, conflicts_with = "check")]
    refresh: bool,
    /// The Node to run; without it, the one in the path, if any.
    #[arg(long, value_name = "PROGRAM")]
    node: Option<PathBuf>,
}

/// Where everything lies: owned, since a step outlives the workspace's description.
pub(crate) struct Place {
    root: PathBuf,
    executable: PathBuf,
}

impl Place {
    pub(crate) fn of(workspace: &Workspace) -> Self {
        Self { root: workspace.root().to_owned(), executable: workspace.executable(PARITY) }
    }

    fn parity(&self) -> PathBuf {
        self.root.join("parity")
    }

    fn page(&self) -> PathBuf {
        self.root.join("docs/node-parity.md")
    }
}

/// A pair that has run.
struct Compared {
    pair: Pair,
    comparison: Comparison,
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<ExitCode> {
    let place = Place::of(workspace);
    let node = Node::find(options.node.as_deref())?;
    let mut out = anstream::stdout();
    let result = match (options, node) {
        (Options { refresh: true, .. }, None) => bail!("there is no node to refresh from"),
        (Options { refresh: true, .. }, Some(node)) => refresh(&place, &node, &mut out),
        (_, None) => Ok(()),
        (_, Some(node)) => compare_with_fixtures(&place, &node, &mut out),
    };
    let result = result.and_then(|()| match options.check {
        true => check(&place, &mut out),
        false => compare(&place, &mut out).and_then(|page| Ok(fs::write(place.page(), page)?)),
    });
    if let Err(error) = &result {
        writeln!(out, "{error:#}")?;
    }
    Ok(if result.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Compares our programs with what Node printed once, and the page with what they did.
///
/// Runs no Node.
///
/// # Errors
///
/// When a pair differs and does not say why, when the page is out of date, or when a program fails.
pub(crate) fn check(place: &Place, out: &mut impl Write) -> anyhow::Result<()> {
    let page = compare(place, out)?;
    let committed = fs::read_to_string(place.page()).unwrap_or_default();
    if committed != page {
        write!(out, "{}", comparison::diff(&committed, &page))?;
        bail!("docs/node-parity.md is out of date; run `cargo xtask parity`");
    }
    Ok(())
}

/// Answers with the page.
fn compare(place: &Place, out: &mut impl Write) -> anyhow::Result<String> {
    build(place)?;
    let pairs: Vec<Compared> =
        Pair::all(&place.parity())?.into_iter().map(|pair| compared(place, pair)).collect::<anyhow::Result<_>>()?;
    print(&pairs, out)?;
    let different = pairs.iter().filter(|pair| pair.comparison.status() == Status::Different).count();
    ensure!(different == 0, "{different} of {} pairs differ and do not say why", pairs.len());
    page::written(&function::all(&place.parity())?, &pairs)
}

/// Builds the same selection as the tests, so that nothing is built twice.
fn build(place: &Place) -> anyhow::Result<()> {
    let build = format!("build --workspace --exclude {BENCHES} --bin {PARITY}");
    Invocation::cargo(&build).output(&place.root).map(drop)
}

fn compared(place: &Place, pair: Pair) -> anyhow::Result<Compared> {
    let mut worst: Option<Comparison> = None;
    for runtime in RUNTIMES {
        let program = Invocation::new(&place.executable).arguments([&pair.name, runtime]).time_limit(PROGRAM_TIME);
        let comparison = Comparison::new(&pair.fixture()?, &program.output(&place.root)?, &pair.deviations);
        if worst.as_ref().is_none_or(|worst| worst.status() < comparison.status()) {
            worst = Some(comparison);
        }
    }
    let comparison = worst.context("there is a runtime")?;
    Ok(Compared { pair, comparison })
}

fn print(pairs: &[Compared], out: &mut impl Write) -> anyhow::Result<()> {
    let width = pairs.iter().map(|pair| pair.pair.name.len()).max().unwrap_or_default();
    for Compared { pair, comparison } in pairs {
        let style = style(comparison.status());
        write!(out, "{:<width$}  {style}{}{style:#}", pair.name, comparison.status())?;
        match comparison.reasons().join("; ").as_str() {
            "" => writeln!(out)?,
            reasons => writeln!(out, "  {reasons}")?,
        }
        if comparison.status() == Status::Different {
            write!(out, "\n{}\n", comparison.unexplained())?;
        }
    }
    Ok(writeln!(out, "\n{}", total(pairs))?)
}

fn style(status: Status) -> Style {
    match status {
        Status::Same => AnsiColor::Green.on_default(),
        Status::OnPurpose => AnsiColor::Yellow.on_default(),
        Status::Different => AnsiColor::Red.on_default().bold(),
    }
}

/// Scripts read this line: it carries no colour.
fn total(pairs: &[Compared]) -> String {
    let count = |status| pairs.iter().filter(|pair| pair.comparison.status() == status).count();
    let [same, on_purpose, different] = [Status::Same, Status::OnPurpose, Status::Different].map(count);
    format!("{same} same, {on_purpose} different on purpose, {different} different")
}

/// Pairs that want another Node keep what they have.
fn refresh(place: &Place, node: &Node, out: &mut impl Write) -> anyhow::Result<()> {
    for pair in Pair::all(&place.parity())? {
        match node.runs(&pair) {
            true => fs::write(pair.fixture_path(), node.output(&pair)?)?,
            false => writeln!(out, "{} wants Node {}: kept", pair.name, pair.node_version)?,
        }
    }
    Ok(())
}

fn compare_with_fixtures(place: &Place, node: &Node, out: &mut impl Write) -> anyhow::Result<()> {
    let pairs = Pair::all(&place.parity())?;
    let (ours, others): (Vec<&Pair>, Vec<&Pair>) = pairs.iter().partition(|pair| node.runs(pair));
    for pair in &ours {
        let (fixture, fresh) = (pair.fixture()?, node.output(pair)?);
        if fixture != fresh {
            write!(out, "{}", comparison::diff(&fixture, &fresh))?;
            bail!("{}: node.txt is not what this Node prints; run `cargo xtask parity --refresh`", pair.name);
        }
    }
    Ok(writeln!(out, "Node {}: ran {} pairs; {} want another version\n", node.version(), ours.len(), others.len())?)
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
