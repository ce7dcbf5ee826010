//! Checks of what lies where, under which name, and how long it is.

use proc_macro2::{TokenStream, TokenTree};
use syn::Item;
use syn::spanned::Spanned;

use super::Complaint;
use super::tree::{SourceFile, Tree};

/// The crate of attribute macros: the compiler accepts their definitions in `lib.rs` only.
const MACROS: &str = "crates/async-hooks-macros";

/// A library's `lib.rs` is a cover page: the story, the modules, the re-exports.
///
/// A definition has a file of its own.
pub(super) fn cover_pages(tree: &Tree) -> Vec<Complaint> {
    let covers = tree.library().filter(|file| is_cover(file));
    covers.flat_map(definitions).collect()
}

fn is_cover(file: &SourceFile) -> bool {
    file.library_crate().is_some_and(|package| package != MACROS && file.path == format!("{package}/src/lib.rs"))
}

fn definitions(cover: &SourceFile) -> Vec<Complaint> {
    let message = "a definition on the cover page; give it a file named after its concept";
    let items = cover.syntax().map_or(Vec::new(), |page| page.items);
    items.iter().flat_map(definition_lines).map(|line| cover.complaint(line, message)).collect()
}

/// The lines of definitions: items that are neither a module nor an import.
///
/// Modules in braces are searched as well.
fn definition_lines(item: &Item) -> Vec<usize> {
    match item {
        Item::Mod(module) => {
            let items = module.content.iter().flat_map(|(_, items)| items);
            items.flat_map(definition_lines).collect()
        }
        Item::Use(_) | Item::ExternCrate(_) => Vec::new(),
        other => vec![other.span().start().line],
    }
}

/// Limits the length of a file, documentation included; long texts belong in `docs/`.
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
        let names = module_names(file.tokens()).into_iter().filter(|(_, name)| says_nothing(name));
        names.map(move |(line, name)| nothing(file, line, &name))
    });
    files.chain(modules).collect()
}

/// The names after `mod`, in braces and macros as well, with their lines.
fn module_names(tokens: TokenStream) -> Vec<(usize, String)> {
    let tokens = Vec::from_iter(tokens);
    let named = tokens.windows(2).filter_map(|pair| match pair {
        [TokenTree::Ident(keyword), TokenTree::Ident(name)] if *keyword == "mod" => {
            Some((name.span().start().line, name.to_string()))
        }
        _ => None,
    });
    let inner = tokens.iter().filter_map(|token| match token {
        TokenTree::Group(group) => Some(module_names(group.stream())),
        _ => None,
    });
    named.chain(inner.flatten()).collect()
}

fn nothing(file: &SourceFile, line: usize, name: &str) -> Complaint {
    file.complaint(line, format!("{name} says nothing; name it after the one concept it holds"))
}

fn says_nothing(name: &str) -> bool {
    matches!(name, "util" | "utils" | "common" | "helper" | "helpers" | "misc")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_modules_and_imports_are_no_definitions() {
        let count = |source| cover_pages(&Tree::of(&[("crates/a/src/lib.rs", source)])).len();
        for source in [
            "pub fn f() {}",
            "pub(crate) struct S;",
            "enum E {}",
            "impl S {}",
            "pub async fn f() {}",
            "static X: u8 = 1;",
            "pub const fn f() {}",
            "pub mod m {\n    pub trait T {}\n}",
            "macro_rules! m { () => {} }",
            "thread_local! { static A: u8 = 1 }",
        ] {
            assert_eq!(count(source), 1, "{source}");
        }
        for source in
            ["mod id;", "pub use id::AsyncId;", "#![forbid(x)]\n#[cfg(a)]\npub(crate) mod id;", "extern crate alloc;"]
        {
            assert_eq!(count(source), 0, "{source}");
        }
    }

    #[test]
    fn only_the_cover_page_of_a_library_is_one() {
        let complaints = |path| cover_pages(&Tree::of(&[(path, "fn f() {}\n")])).len();
        assert_eq!(complaints("crates/a/src/lib.rs"), 1);
        assert_eq!([complaints("crates/a/src/id.rs"), complaints("examples/src/lib.rs")], [0, 0]);
        assert_eq!(complaints(&format!("{MACROS}/src/lib.rs")), 0);
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
        assert_eq!(complaints("crates/a/src/id.rs", "pub(crate) mod util {}\n"), 1);
        assert_eq!(complaints("crates/a/src/id.rs", "mod utility;\n"), 0);
    }
}
