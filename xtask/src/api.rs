//! `cargo xtask api`: compares the public API of each library with `docs/api/<crate>.txt`.
//!
//! The list is made from the source, with `syn`, so it needs no nightly compiler and is the same in both builds. It holds what a
//! user can name from `lib.rs`: items, their public methods and fields, their trait implementations. What is `#[doc(hidden)]` is
//! left out. A change of the API is a change of these files, and so shows in a review.
//!
//! It also complains of each type, function and method that no program of its documentation shows.

mod modules;
mod resolver;
mod surface;
mod interface;
mod examples;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, ensure};
use similar::TextDiff;

use crate::workspace::Workspace;
use modules::Modules;
use surface::Surface;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Writes the files; without it they are compared.
    #[arg(long)]
    write: bool,
}

/// The libraries with the files of their lists.
///
/// Owned, since a step outlives the description of the workspace.
pub(crate) struct Lists(Vec<List>);

struct List {
    library: String,
    /// The `lib.rs`.
    source: PathBuf,
    path: PathBuf,
}

impl Lists {
    pub(crate) fn of(workspace: &Workspace) -> Self {
        let folder = workspace.root().join("docs/api");
        let list = |(library, source): (&str, &Path)| {
            let path = folder.join(format!("{library}.txt"));
            List { library: library.to_owned(), source: source.to_owned(), path }
        };
        Self(workspace.library_sources().map(list).collect())
    }
}

/// Writes or compares the lists.
///
/// # Errors
///
/// When a source file cannot be read or parsed, or a list cannot be written.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<ExitCode> {
    let lists = Lists::of(workspace);
    if options.write {
        lists.0.iter().try_for_each(List::write)?;
        return Ok(ExitCode::SUCCESS);
    }
    let Err(error) = check(&lists, &mut anstream::stdout()) else { return Ok(ExitCode::SUCCESS) };
    anstream::eprintln!("{error}");
    Ok(ExitCode::FAILURE)
}

/// Writes to `out` how each list differs from the source, and what no example shows.
///
/// # Errors
///
/// When a list differs, an example is missing, or a source file cannot be read or parsed.
pub(crate) fn check(lists: &Lists, out: &mut impl Write) -> anyhow::Result<()> {
    let (mut changed, mut unshown) = (Vec::new(), 0);
    for list in &lists.0 {
        let surface = list.surface()?;
        let (before, now) = (fs::read_to_string(&list.path).unwrap_or_default(), list.text(&surface));
        if before != now {
            write!(out, "{}", TextDiff::from_lines(&before, &now).unified_diff().header(&list.library, "the source"))?;
            changed.push(list.library.as_str());
        }
        for item in examples::missing(&surface) {
            writeln!(out, "{}: `{item}` is in no example; add a program to its documentation", list.library)?;
            unshown += 1;
        }
    }
    ensure!(changed.is_empty(), "the public API has changed: {}; run `cargo xtask api --write`", changed.join(", "));
    ensure!(unshown == 0, "public items without an example: {unshown}");
    writeln!(out, "{} lists are as the source, and all items have examples", lists.0.len())?;
    Ok(())
}

impl List {
    fn write(&self) -> anyhow::Result<()> {
        let text = self.text(&self.surface()?);
        fs::create_dir_all(self.path.parent().unwrap_or(Path::new(".")))?;
        fs::write(&self.path, text).with_context(|| format!("cannot write {}", self.path.display()))
    }

    fn surface(&self) -> anyhow::Result<Surface> {
        Ok(surface::of(&Modules::load(&self.source)?))
    }

    fn text(&self, surface: &Surface) -> String {
        let head = format!("// The public API of {}, written by `cargo xtask api --write`.\n\n", self.library);
        head + &interface::text(surface)
    }
}
