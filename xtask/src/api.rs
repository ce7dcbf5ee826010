//! `cargo xtask api`: compares the public API of each library with `docs/api/<crate>.txt`.
//!
//! The list is made from the source, with `syn`, so it needs no nightly compiler and is the same in both builds. It holds what a
//! user can name from `lib.rs`: items, their public methods and fields, their trait implementations. What is `#[doc(hidden)]` is
//! left out. A change of the API is a change of these files, and so shows in a review.

mod modules;
mod resolver;
mod surface;
mod interface;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, ensure};
use similar::TextDiff;

use crate::workspace::Workspace;
use modules::Modules;

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
    let result = check(&lists, &mut anstream::stdout());
    Ok(if result.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Writes to `out` how each list differs from the source.
///
/// # Errors
///
/// When one differs, or a source file cannot be read or parsed.
pub(crate) fn check(lists: &Lists, out: &mut impl Write) -> anyhow::Result<()> {
    let mut changed = Vec::new();
    for list in &lists.0 {
        let (before, now) = (fs::read_to_string(&list.path).unwrap_or_default(), list.text()?);
        if before != now {
            write!(out, "{}", TextDiff::from_lines(&before, &now).unified_diff().header(&list.library, "the source"))?;
            changed.push(list.library.as_str());
        }
    }
    ensure!(changed.is_empty(), "the public API has changed: {}; run `cargo xtask api --write`", changed.join(", "));
    writeln!(out, "{} lists are as the source", lists.0.len())?;
    Ok(())
}

impl List {
    fn write(&self) -> anyhow::Result<()> {
        fs::create_dir_all(self.path.parent().unwrap_or(Path::new(".")))?;
        fs::write(&self.path, self.text()?).with_context(|| format!("cannot write {}", self.path.display()))
    }

    fn text(&self) -> anyhow::Result<String> {
        let modules = Modules::load(&self.source)?;
        let head = format!("// The public API of {}, written by `cargo xtask api --write`.\n\n", self.library);
        Ok(head + &interface::text(&surface::of(&modules)))
    }
}
