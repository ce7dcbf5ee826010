//! The modules that a file lists and the names that it re-exports: `lib.rs` for the crate, `mod.rs` for its folder.

use std::collections::BTreeMap;

use super::path::{from_root, leaves, module_of};
use crate::tidy::layout::module_name;
use crate::tidy::scan::line_of;
use crate::tidy::tree::SourceFile;

pub(super) struct Page<'a> {
    /// The path of the file from `src`.
    pub(super) path: &'a str,
    /// In reading order, without those of tests.
    modules: Vec<&'a str>,
    /// Where the names that `use` brings here come from.
    origins: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Page<'a> {
    pub(super) fn of(file: &'a SourceFile) -> Self {
        let (_, path) = file.path.split_once("/src/").unwrap_or_default();
        Self { path, modules: modules(file), origins: origins(file).collect() }
    }

    pub(super) fn place(&self, module: &str) -> Option<usize> {
        self.modules.iter().position(|listed| *listed == module)
    }

    /// The path from the crate's root to what is known here as `name`. None for what the page lists or defines.
    pub(super) fn origin(&self, name: &str) -> Option<&[&'a str]> {
        self.origins.get(name).filter(|_| self.place(name).is_none()).map(Vec::as_slice)
    }

    /// The names that `use` brings here, with the path from the crate's root to each.
    pub(super) fn names(&self) -> impl Iterator<Item = (&'a str, &[&'a str])> {
        self.origins.iter().map(|(name, origin)| (*name, origin.as_slice()))
    }
}

/// Only items of the file's own module begin their lines: rustfmt indents what lies deeper.
fn modules(file: &SourceFile) -> Vec<&str> {
    let lines = file.code_lines().filter(|(number, line)| !file.is_test(*number) && !line.starts_with(' '));
    lines.filter_map(|(_, line)| module_name(line)).collect()
}

fn origins(file: &SourceFile) -> impl Iterator<Item = (&str, Vec<&str>)> {
    let module = module_of(file);
    let leaves = use_trees(file).flat_map(leaves);
    let named = leaves.filter_map(move |leaf| {
        let origin = from_root(&module, &leaf.names);
        Some((leaf.alias.or(origin.last().copied())?, origin))
    });
    named.filter(|(name, _)| !name.is_empty())
}

/// The text after each `use` and `pub use` that begins a line.
fn use_trees(file: &SourceFile) -> impl Iterator<Item = &str> {
    let code = &file.code;
    let is_item = |at: &usize| {
        let before = code[..*at].rsplit('\n').next().unwrap_or_default();
        matches!(before.split('(').next(), Some("" | "pub" | "pub "))
    };
    let items = code.match_indices("use ").map(|(at, _)| at).filter(is_item);
    items.filter(|at| !file.is_test(line_of(code, *at))).map(|at| &code[at + "use ".len()..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::Tree;

    fn with_page(source: &str, look: impl FnOnce(Page<'_>)) {
        let tree = Tree::of(&[("crates/a/src/x/mod.rs", source)]);
        look(Page::of(&tree.files()[0]));
    }

    #[test]
    fn modules_have_their_places_in_reading_order() {
        let source = "mod b;\npub(crate) mod a {\n    mod inner {}\n}\n#[cfg(test)]\nmod tests;\n";
        with_page(source, |page| {
            assert_eq!(page.path, "x/mod.rs");
            assert_eq!(["b", "a", "inner", "tests"].map(|name| page.place(name)), [Some(0), Some(1), None, None]);
        });
    }

    #[test]
    fn names_come_from_where_use_takes_them() {
        for (source, name, origin) in [
            ("use a::A;\n", "A", ["x", "a", "A"].as_slice()),
            ("pub use self::a::A;\n", "A", &["x", "a", "A"]),
            ("pub(in crate::x) use crate::y::Y;\n", "Y", &["y", "Y"]),
            ("pub(crate) use super::y::{self, Y as Z};\n", "Z", &["y", "Y"]),
            ("pub use super::y::{self, Y as Z};\n", "y", &["y"]),
        ] {
            with_page(source, |page| assert_eq!(page.origin(name), Some(origin), "{source}"));
        }
    }

    #[test]
    fn what_a_page_lists_or_defines_has_no_origin() {
        let source = "mod a;\nuse a::a;\nfn f() {\n    use a::A;\n}\nfn reuse () {}\n#[cfg(test)]\nuse a::B;\n";
        with_page(source, |page| {
            assert_eq!(["a", "f", "A", "B", ""].map(|name| page.origin(name)), [None; 5]);
        });
    }
}
