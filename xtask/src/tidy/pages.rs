//! Pages of markdown: their prose and headings, references, and the index of examples.

use super::Complaint;
use super::tree::{SourceFile, Tree};

const INDEX: &str = "docs/examples.md";

/// The lines outside fenced code, without what stands in backticks.
pub(super) fn prose(page: &SourceFile) -> Vec<(usize, String)> {
    let mut fenced = false;
    let outside = page.lines().filter(|(_, line)| {
        let is_fence = line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
        fenced ^= is_fence;
        !fenced && !is_fence
    });
    outside.map(|(number, line)| (number, line.split('`').step_by(2).collect())).collect()
}

/// Whether `name` is the anchor of a heading on the page.
///
/// Files that are no markdown have anchors of their own kind.
pub(super) fn has_heading(tree: &Tree, path: &str, name: &str) -> bool {
    let page = tree.files().iter().find(|file| file.path == path && path.ends_with(".md"));
    page.is_none_or(|page| page.lines().any(|(_, line)| line.starts_with('#') && anchor(line) == name))
}

/// The anchor that forges give a heading: lower case, without punctuation, blanks as hyphens.
fn anchor(heading: &str) -> String {
    let heading = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = heading.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
    kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
}

/// `[text][name]` has a line `[name]: target` on its own page.
///
/// rustdoc and the repository have different targets for the same name, so a forgotten one shows in one of them only.
pub(super) fn references(tree: &Tree) -> Vec<Complaint> {
    let pages = tree.files().iter().filter(|file| file.path.ends_with(".md"));
    pages.flat_map(undefined).collect()
}

fn undefined(page: &SourceFile) -> Vec<Complaint> {
    let is_defined = |name: &str| page.text.contains(&format!("\n[{name}]: "));
    let lines = prose(page);
    let names = lines.iter().flat_map(|(number, line)| used(line).map(move |name| (*number, name)));
    let undefined = names.filter(|(_, name)| !is_defined(name));
    undefined
        .map(|(number, name)| page.complaint(number, format!("[{name}] is not defined; add `[{name}]: target`")))
        .collect()
}

/// The names in `[text][name]`.
fn used(line: &str) -> impl Iterator<Item = &str> {
    line.split("][").skip(1).filter_map(|rest| rest.split_once(']')).map(|(name, _)| name)
}

/// The index lists each example.
pub(super) fn example_index(tree: &Tree) -> Vec<Complaint> {
    let Some(manifest) = tree.files().iter().find(|file| file.path == "examples/Cargo.toml") else {
        return Vec::new();
    };
    let index = tree.files().iter().find(|file| file.path == INDEX).map_or("", |file| &file.text);
    let named = manifest.lines().filter_map(|(number, line)| Some((number, line.strip_prefix("path = \"")?)));
    let paths = named.map(|(number, path)| (number, path.trim_end_matches('"'))).filter(|(_, path)| *path != "lib.rs");
    let missing = paths.filter(|(_, path)| !index.contains(&format!("(../examples/{path})")));
    missing.map(|(number, path)| manifest.complaint(number, format!("{path} is not in {INDEX}; add a row"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_what_forges_make_of_a_heading() {
        for (heading, expected) in [
            ("## What it costs", "what-it-costs"),
            ("# From `tokio::task_local!`", "from-tokiotask_local"),
            ("## What is missed, and why", "what-is-missed-and-why"),
        ] {
            assert_eq!(anchor(heading), expected);
        }
    }

    #[test]
    fn a_reference_needs_a_definition_on_its_page() {
        let count = |page: &str| references(&Tree::of(&[("docs/a.md", page)])).len();
        assert_eq!(count("See [it][there].\n"), 1);
        assert_eq!(count("See [it][there].\n\n[there]: b.md\n"), 0);
        assert_eq!(count("In code `a[0][i]`.\n\n```\na[0][i]\n```\n"), 0);
    }

    #[test]
    fn an_example_that_the_index_lacks_is_seen() {
        let manifest = "[lib]\npath = \"lib.rs\"\n\n[[example]]\nname = \"a\"\npath = \"a.rs\"\n";
        let count = |index: &str| {
            example_index(&Tree::of(&[("examples/Cargo.toml", manifest), ("docs/examples.md", index)])).len()
        };
        assert_eq!((count("[`a`](../examples/a.rs)\n"), count("a.rs\n")), (0, 1));
    }
}
