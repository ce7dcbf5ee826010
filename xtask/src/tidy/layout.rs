//! Checks of what lies where, under which name, and how long it is.

use super::Complaint;
use super::scan::leading_word;
use super::tree::{SourceFile, Tree};

/// A library's `lib.rs` tells the story, lists the modules and re-exports; what it would define has a file of its own.
pub(super) fn cover_pages(tree: &Tree) -> Vec<Complaint> {
    let covers = tree.library().filter(|file| is_cover(file));
    covers.flat_map(definitions).collect()
}

fn is_cover(file: &SourceFile) -> bool {
    file.library_crate().is_some_and(|package| file.path == format!("{package}/src/lib.rs"))
}

fn definitions(cover: &SourceFile) -> Vec<Complaint> {
    let defining = |(number, line)| defined_kind(line).map(|kind| (number, kind));
    let message = |kind| format!("a {kind} on the cover page; give it a file named after its concept");
    cover.code_lines().filter_map(defining).map(|(number, kind)| cover.complaint(number, message(kind))).collect()
}

/// `fn`, `struct` …, when the line begins the definition of one.
fn defined_kind(line: &str) -> Option<&str> {
    const KINDS: [&str; 10] =
        ["fn", "struct", "enum", "union", "trait", "impl", "static", "const", "type", "macro_rules"];
    let item = line.trim_start();
    let item = item.strip_prefix("pub").map_or(item, |rest| rest.trim_start_matches(|c| c != ' ').trim_start());
    let item = item.strip_prefix("async ").unwrap_or(item);
    Some(leading_word(item)).filter(|word| KINDS.contains(word))
}

/// Nobody reads a file that does not end. Documentation counts: what is long belongs into `docs/`.
pub(super) fn lengths(tree: &Tree) -> Vec<Complaint> {
    let too_long = |file: &&SourceFile| limit(file).is_some_and(|limit| length(file) > limit);
    let message = |file, limit| format!("{} lines, at most {limit}; find the second concept in it", length(file));
    let long = tree.rust().filter(too_long);
    long.filter_map(|file| Some(file.complaint(limit(file)?, message(file, limit(file)?)))).collect()
}

fn length(file: &SourceFile) -> usize {
    file.text.lines().count()
}

/// An example shows one idea; the quickstart is the one that shows a whole program.
fn limit(file: &SourceFile) -> Option<usize> {
    match file.path.starts_with("examples/") {
        true if file.path.contains("quickstart") => Some(200),
        true => Some(80),
        false => file.library_crate().map(|_| 300),
    }
}

/// A name that fits everything says nothing.
pub(super) fn nouns(tree: &Tree) -> Vec<Complaint> {
    let files = tree.rust().filter_map(|file| {
        let mut parts = file.path.trim_end_matches(".rs").split('/');
        let part = parts.find(|part| says_nothing(part))?;
        Some(nothing(file, 1, part))
    });
    let modules = tree.rust().flat_map(|file| {
        let names = file.code_lines().filter_map(|(number, line)| Some((number, module_name(line)?)));
        names.filter(|(_, name)| says_nothing(name)).map(|(number, name)| nothing(file, number, name))
    });
    files.chain(modules).collect()
}

fn nothing(file: &SourceFile, line: usize, name: &str) -> Complaint {
    file.complaint(line, format!("{name} says nothing; name it after the one concept it holds"))
}

fn says_nothing(name: &str) -> bool {
    matches!(name, "util" | "utils" | "common" | "helper" | "helpers" | "misc")
}

/// The name in `mod name;` and `pub(crate) mod name {`.
pub(super) fn module_name(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("mod ")?;
    let is_item = before.trim().is_empty() || before.trim_start().starts_with("pub");
    is_item.then(|| leading_word(after)).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_are_told_from_what_a_cover_page_holds() {
        for line in [
            "pub fn f() {}",
            "pub(crate) struct S;",
            "enum E {",
            "impl S {",
            "pub async fn f() {",
            "static X: u8 = 1;",
            "pub const fn f() {}",
            "    pub trait T {}",
            "macro_rules! m {",
        ] {
            assert!(defined_kind(line).is_some(), "{line}");
        }
        for line in ["mod id;", "pub use id::AsyncId;", "pub(crate) mod id;", "#![forbid(x)]", "    construct,", "}"] {
            assert!(defined_kind(line).is_none(), "{line}");
        }
    }

    #[test]
    fn only_the_cover_page_of_a_library_is_one() {
        let complaints = |path| cover_pages(&Tree::of(&[(path, "fn f() {}\n")])).len();
        assert_eq!(complaints("crates/a/src/lib.rs"), 1);
        assert_eq!([complaints("crates/a/src/id.rs"), complaints("examples/src/lib.rs")], [0, 0]);
    }

    #[test]
    fn limits_depend_on_the_place() {
        let too_long = |path, lines| lengths(&Tree::of(&[(path, &"\n".repeat(lines))])).len() == 1;
        for (path, limit) in
            [("crates/a/src/id.rs", 300), ("examples/examples/bind.rs", 80), ("examples/examples/quickstart.rs", 200)]
        {
            assert!(!too_long(path, limit) && too_long(path, limit + 1), "{path}");
        }
        assert!(!too_long("crates/a/tests/a.rs", 1000));
    }

    #[test]
    fn empty_names_are_seen_in_paths_and_modules() {
        let complaints = |path, source| nouns(&Tree::of(&[(path, source)])).len();
        assert_eq!(complaints("crates/a/src/helpers.rs", ""), 1);
        assert_eq!(complaints("crates/a/tests/common/mod.rs", ""), 1);
        assert_eq!(complaints("crates/a/src/id.rs", "pub(crate) mod util {\n"), 1);
        assert_eq!(complaints("crates/a/src/id.rs", "mod utility;\n"), 0);
    }
}
