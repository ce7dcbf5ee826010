//! Checks of any text: blanks, and paths that must lead somewhere.

use super::Complaint;
use super::pages::{self, prose};
use super::tree::{SourceFile, Tree};

/// No trailing blanks, one newline at the end, no tabs in Rust.
///
/// Recorded output under `fixtures/` is left as it came.
pub(super) fn whitespace(tree: &Tree) -> Vec<Complaint> {
    let ours = tree.files().iter().filter(|file| !file.path.contains("fixtures/"));
    ours.flat_map(|file| blanks(file).into_iter().chain(ending(file))).collect()
}

fn blanks(file: &SourceFile) -> Vec<Complaint> {
    let is_rust = file.path.ends_with(".rs");
    let wrong = |(number, line): (usize, &str)| match line {
        _ if line.ends_with(char::is_whitespace) => Some(file.complaint(number, "trailing blanks; delete them")),
        _ if is_rust && line.contains('\t') => {
            Some(file.complaint(number, "a tab; indent with blanks, write \\t in literals"))
        }
        _ => None,
    };
    // Not `lines()`: that would swallow a carriage return.
    let lines = file.text.split('\n').enumerate().map(|(index, line)| (index + 1, line));
    lines.filter_map(wrong).collect()
}

fn ending(file: &SourceFile) -> Option<Complaint> {
    let last = file.text.lines().count();
    let body = file.text.strip_suffix('\n').unwrap_or_default();
    let is_tidy = file.text.is_empty() || !(body.is_empty() || body.ends_with('\n'));
    (!is_tidy).then(|| file.complaint(last, "the file must end with exactly one newline; add it or delete the others"))
}

/// Relative links in markdown lead to files of this repository.
pub(super) fn links(tree: &Tree) -> Vec<Complaint> {
    let pages = tree.files().iter().filter(|file| file.path.ends_with(".md"));
    pages.flat_map(|page| broken_links(tree, page)).collect()
}

fn broken_links(tree: &Tree, page: &SourceFile) -> Vec<Complaint> {
    let lines = prose(page).into_iter();
    let links = lines.flat_map(|(number, line)| targets(&line).into_iter().map(move |target| (number, target)));
    let broken = links.filter(|(_, target)| is_relative(target) && !leads_somewhere(tree, page, target));
    broken
        .map(|(number, target)| page.complaint(number, format!("{target} does not exist; correct the link")))
        .collect()
}

/// Where the links of a line point: `[text](target "title")` and `[name]: target`.
fn targets(line: &str) -> Vec<String> {
    let definition = line.trim_start().strip_prefix('[').and_then(|rest| rest.split_once("]: "));
    let inline = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let targets = inline.chain(definition.map(|(_, target)| target));
    targets
        .filter_map(|target| target.split_whitespace().next())
        .map(|target| target.trim_matches(['<', '>']).to_owned())
        .collect()
}

/// Not a URL, not a place on the same page, not a path of Rust items for rustdoc to resolve.
fn is_relative(target: &str) -> bool {
    !target.contains(':') && !target.starts_with('#')
}

fn leads_somewhere(tree: &Tree, page: &SourceFile, target: &str) -> bool {
    let file = target.split('#').next().unwrap_or_default();
    let folder = page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let from = if file.starts_with('/') { "" } else { folder };
    let Some(path) = resolved(from, file) else { return false };
    tree.contains(&path) && target.split_once('#').is_none_or(|(_, name)| pages::has_heading(tree, &path, name))
}

/// `target` as seen from `folder`, without dots; None when it leaves the repository.
fn resolved(folder: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(target.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Checks that the Rust files named in ARCHITECTURE.md exist, by path or its end.
pub(super) fn architecture(tree: &Tree) -> Vec<Complaint> {
    let map = tree.files().iter().filter(|file| file.path == "ARCHITECTURE.md");
    map.flat_map(|map| map.lines().flat_map(|(number, line)| lost_paths(tree, map, number, line))).collect()
}

fn lost_paths(tree: &Tree, map: &SourceFile, number: usize, line: &str) -> Vec<Complaint> {
    let quoted = line.split('`').skip(1).step_by(2);
    let is_path = |name: &&str| name.ends_with(".rs") && !name.contains(['*', '<', '{', ' ']);
    let lost = quoted.filter(is_path).filter(|path| !tree.contains_tail(path));
    lost.map(|path| map.complaint(number, format!("{path} does not exist; correct the path"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_endings_are_seen() {
        for (text, expected) in [
            ("", 0),
            ("a\n", 0),
            ("a\n\nb\n", 0),
            ("a", 1),
            ("a\n\n", 1),
            ("\n", 1),
            ("a \nb\t\n", 2),
            ("a\r\n", 1),
            ("\tlet a;\n", 1),
        ] {
            assert_eq!(whitespace(&Tree::of(&[("a.rs", text)])).len(), expected, "{text:?}");
        }
        assert!(whitespace(&Tree::of(&[("Makefile", "\tcargo\n")])).is_empty());
        assert!(whitespace(&Tree::of(&[("crates/a/tests/fixtures/node.txt", "a \n\n")])).is_empty());
    }

    #[test]
    fn links_to_missing_files_are_seen() {
        for target in ["gone.md", "../gone.md", "../../README.md", "/gone.md", "gone.md#part", "page.md#gone"] {
            for page in [format!("See [it]({target}).\n"), format!("[it]: {target}\n")] {
                let tree = Tree::of(&[("README.md", "\n"), ("docs/page.md", &page)]);
                assert_eq!(links(&tree).len(), 1, "{page}");
            }
        }
    }

    #[test]
    fn links_that_lead_somewhere_pass() {
        for target in [
            "page.md",
            "./page.md#the-first-part",
            "../README.md",
            "../docs",
            "/README.md",
            "#part",
            "https://nodejs.org/api",
            "mailto:a@b.c",
            "crate::AsyncId",
            "page.md \"title\"",
        ] {
            let page = format!("# The `first` part\n[a]({target}) [b](page.md)\n");
            let tree = Tree::of(&[("README.md", "\n"), ("docs/page.md", &page)]);
            assert!(links(&tree).is_empty(), "{page}");
        }
    }

    #[test]
    fn code_on_a_page_has_no_links() {
        let page = "```rust\nlet a = b[0](gone);\n```\nand `b[0](gone)`\n";
        assert!(links(&Tree::of(&[("README.md", page)])).is_empty());
    }

    #[test]
    fn the_map_may_name_a_path_or_its_end() {
        let named = |name: &str| {
            let map = format!("The `{name}` file, not id.rs.\n");
            architecture(&Tree::of(&[("ARCHITECTURE.md", &map), ("crates/a/src/id.rs", "")])).len()
        };
        assert_eq!([named("crates/a/src/id.rs"), named("id.rs"), named("src/*.rs"), named("Hook")], [0; 4]);
        assert_eq!([named("hook.rs"), named("crates/b/src/id.rs")], [1; 2]);
    }
}
