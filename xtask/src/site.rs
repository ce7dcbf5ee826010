//! `cargo xtask docs`: the guide and the documentation of all crates as one site.
//!
//! It needs no network to be read. The guide is a module of the façade, so rustdoc alone makes the site. Every link between its
//! pages is checked.

mod picture;
mod page;
mod links;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::println;
use anyhow::{Context, ensure};

use crate::invocation::Invocation;
use crate::step::Step;
use crate::workspace::Workspace;

/// Leads from the folder of the site to the guide.
const INDEX: &str = "<!doctype html>\n<meta charset=\"utf-8\">\n<title>async-hooks</title>\n\
<meta http-equiv=\"refresh\" content=\"0; url=async_hooks/guide/index.html\">\n\
<a href=\"async_hooks/guide/index.html\">The guide</a>\n";

/// Builds the site, and prints where it is.
///
/// # Errors
///
/// When the documentation does not build, or a file cannot be read or written.
pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<ExitCode> {
    picture::write(workspace.root())?;
    let folder = build(workspace)?;
    let broken = broken_links(&folder)?;
    broken.iter().for_each(|link| println!("{link}"));
    println!("{}; broken links: {}", folder.join("index.html").display(), broken.len());
    Ok(if broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Documents the libraries alone, in a folder that has nothing else.
fn build(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let target = workspace.target_directory().join("site");
    let folder = target.join("doc");
    remove(&folder)?;
    let libraries = workspace.libraries().join(" -p ");
    let doc = Invocation::cargo(&format!("doc -p {libraries} --all-features --no-deps"));
    doc.environment("CARGO_TARGET_DIR", target.display().to_string()).show(workspace.root())?;
    Ok(folder)
}

/// Documents the workspace by `invocation`, and then checks the links of what it wrote.
pub(crate) fn step(workspace: &Workspace, invocation: Invocation) -> Step {
    let (root, folder) = (workspace.root().to_owned(), workspace.target_directory().join("doc"));
    Step::new("docs", move |log| {
        remove(&folder)?;
        writeln!(log, "$ {invocation}")?;
        invocation.run(&root, log)?;
        let broken = broken_links(&folder)?;
        broken.iter().try_for_each(|link| writeln!(log, "{link}"))?;
        ensure!(broken.is_empty(), "broken links: {}", broken.len());
        Ok(())
    })
}

/// Writes the first page, to which others lead, and then looks for links that lead nowhere.
fn broken_links(folder: &Path) -> anyhow::Result<Vec<String>> {
    let index = folder.join("index.html");
    fs::write(&index, INDEX).with_context(|| format!("cannot write {}", index.display()))?;
    links::broken(folder)
}

fn remove(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    Ok(())
}
