//! The links between the pages of the site.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::Context;
use ignore::WalkBuilder;
use percent_encoding::percent_decode_str;

use super::page::Page;

/// Broken links that no text of ours contains.
const OF_OTHERS: [&str; 4] = [
    // In the documentation of a trait of `tracing` that every type implements.
    "dispatcher#setting-the-default-subscriber",
    // The same of `opentelemetry`.
    "Context",
    // Of a crate that is inlined as a module: rustdoc writes this page for crates.
    "all.html",
    // The method is hidden, and rustdoc lists it where the trait is implemented for every type.
    "trait.IntoValue.html#tymethod.into_value",
];

/// Returns each link that leads to no file, or to no place in its page, after its own page.
///
/// # Errors
///
/// When a page cannot be read.
pub(super) fn broken(site: &Path) -> anyhow::Result<Vec<String>> {
    let pages = pages(site)?;
    let links = pages.iter().flat_map(|(path, page)| page.targets.iter().map(move |target| (path, target)));
    let broken = links.filter(|(path, target)| is_inner(target) && !leads_somewhere(site, &pages, path, target));
    Ok(broken.map(|(path, target)| format!("{}: {target}", path.display())).collect())
}

fn pages(site: &Path) -> anyhow::Result<BTreeMap<PathBuf, Page>> {
    let mut pages = BTreeMap::new();
    for entry in WalkBuilder::new(site).standard_filters(false).build() {
        let path = entry?.into_path();
        if path.extension().is_some_and(|extension| extension == "html") {
            let html = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            pages.insert(path.strip_prefix(site)?.to_owned(), Page::parse(&html));
        }
    }
    Ok(pages)
}

/// Whether it is a link within the site, and one that this workspace writes.
fn is_inner(target: &str) -> bool {
    let is_of_others = OF_OTHERS.iter().any(|other| target.ends_with(other));
    !target.contains(':') && !target.starts_with("//") && !is_of_others
}

fn leads_somewhere(site: &Path, pages: &BTreeMap<PathBuf, Page>, from: &Path, target: &str) -> bool {
    let (path, name) = target.split_once('#').unwrap_or((target, ""));
    let path = decoded(path.split('?').next().unwrap_or_default());
    let seen_from = if path.is_empty() { Some(from.to_owned()) } else { joined(from, &path) };
    let Some(path) = seen_from else { return false };
    match pages.get(&path) {
        Some(page) => {
            is_line(name) || name.is_empty() || page.names.contains(name) || page.names.contains(&decoded(name))
        }
        None => site.join(path).exists(),
    }
}

/// The lines of a source file, `12-20`, which a script of rustdoc finds.
fn is_line(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_digit())
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The path that `target` is on the page `from`; None when it leaves the site.
fn joined(from: &Path, target: &str) -> Option<PathBuf> {
    let mut path = PathBuf::new();
    for part in from.parent()?.join(target).components() {
        match part {
            Component::ParentDir if !path.pop() => return None,
            Component::Normal(name) => path.push(name),
            _ => {}
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(target: &str) -> bool {
        let page = |html: &str| Page::parse(html);
        let pages = [("a/index.html", "<h2 id='part'>"), ("a/b/c.html", "")];
        let pages = pages.map(|(path, html)| (PathBuf::from(path), page(html))).into();
        leads_somewhere(Path::new("/nowhere"), &pages, Path::new("a/b/c.html"), target)
    }

    #[test]
    fn links_within_the_site_are_followed() {
        for target in ["../index.html", "../index.html#part", "c.html", "#", "../index.html#12-20", "c.html?search=x"] {
            assert!(found(target), "{target}");
        }
        for target in ["../gone.html", "../index.html#gone", "../../../index.html", "gone.md"] {
            assert!(!found(target), "{target}");
        }
    }

    #[test]
    fn links_to_elsewhere_are_left_alone() {
        let outer = ["https://docs.rs", "mailto:a@b.c", "javascript:void(0)", "data:image/svg+xml,x", "//a.b"];
        assert!(!outer.iter().any(|target| is_inner(target)));
        assert!(is_inner("index.html") && is_inner("#part"));
    }
}
