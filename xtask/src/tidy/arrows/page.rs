//! The modules that a file lists, and the names that it re-exports.
//!
//! `lib.rs` lists for the crate, `mod.rs` for its folder.

use std::collections::BTreeMap;

use proc_macro2::TokenTree;

use super::path::{Path, from_root, leaves, module_of};
use crate::tidy::tree::SourceFile;

pub(super) struct Page<'a> {
    /// The path of the file from `src`.
    pub(super) path: &'a str,
    /// In reading order, without those of tests.
    modules: Vec<String>,
    /// Where the names that `use` brings here come from.
    origins: BTreeMap<String, Path>,
}

impl<'a> Page<'a> {
    pub(super) fn of(file: &'a SourceFile) -> Self {
        let (_, path) = file.path.split_once("/src/").unwrap_or_default();
        let tokens = Vec::from_iter(file.tokens());
        Self { path, modules: modules(file, &tokens), origins: origins(file, &tokens) }
    }

    pub(super) fn place(&self, module: &str) -> Option<usize> {
        self.modules.iter().position(|listed| listed == module)
    }

    /// The path from the crate's root to what is known here as `name`.
    ///
    /// None for what the page lists or defines.
    pub(super) fn origin(&self, name: &str) -> Option<&[String]> {
        self.origins.get(name).filter(|_| self.place(name).is_none()).map(Vec::as_slice)
    }

    /// The names that `use` brings here, with the path from the crate's root to each.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.origins.iter().map(|(name, origin)| (name.as_str(), origin.as_slice()))
    }
}

/// What follows each `keyword` among the items of the file itself, outside tests.
fn after<'a>(file: &SourceFile, tokens: &'a [TokenTree], keyword: &str) -> impl Iterator<Item = &'a [TokenTree]> {
    let is_keyword = move |token: &TokenTree| match token {
        TokenTree::Ident(word) => word == keyword && !file.is_test(word.span().start().line),
        _ => false,
    };
    let places = tokens.iter().enumerate().filter(move |(_, token)| is_keyword(token));
    places.map(|(at, _)| &tokens[at + 1..])
}

fn modules(file: &SourceFile, tokens: &[TokenTree]) -> Vec<String> {
    let names = after(file, tokens, "mod").filter_map(|rest| rest.first());
    names.filter(|name| matches!(name, TokenTree::Ident(_))).map(ToString::to_string).collect()
}

fn origins(file: &SourceFile, tokens: &[TokenTree]) -> BTreeMap<String, Path> {
    let module = module_of(file);
    let named = after(file, tokens, "use").flat_map(leaves).filter_map(|leaf| {
        let origin = from_root(&module, &leaf.names);
        Some((leaf.alias.or(origin.last().cloned())?, origin))
    });
    named.filter(|(name, _)| !name.is_empty()).collect()
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
            with_page(source, |page| assert_eq!(page.origin(name).unwrap(), origin, "{source}"));
        }
    }

    #[test]
    fn what_a_page_lists_or_defines_has_no_origin() {
        let source = "mod a;\nuse a::a;\nfn f() {\n    use a::A;\n}\nfn reuse() {}\n#[cfg(test)]\nuse a::B;\n";
        with_page(source, |page| {
            assert_eq!(["a", "f", "A", "B", ""].map(|name| page.origin(name)), [None; 5]);
        });
    }
}
