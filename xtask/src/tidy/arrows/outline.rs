//! The order of a crate's modules: the pages that list them, one for each folder.

use std::collections::BTreeMap;
use std::iter;

use super::page::Page;
use super::path::{Path, module_of};
use crate::tidy::tree::SourceFile;

/// A name that goes through more re-exports than this goes in a circle.
const MOST_STEPS: usize = 16;

/// The page of each module, by the path from the crate's root.
pub(super) struct Outline<'a>(BTreeMap<Path, Page<'a>>);

/// An import of a module that `page` lists below the importing one.
///
/// `from` is the module that imports, or a folder that contains it.
pub(super) struct Upward<'a> {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) page: &'a str,
}

impl<'a> Outline<'a> {
    pub(super) fn of(files: impl Iterator<Item = &'a SourceFile>) -> Self {
        Self(files.map(|file| (module_of(file), Page::of(file))).collect())
    }

    /// Follows `path` through re-exports to the first module that `module` must not import.
    pub(super) fn upward(&self, module: &[String], path: &[String]) -> Option<Upward<'a>> {
        let steps = iter::successors(Some(path.to_vec()), |path| self.origin(path));
        steps.take(MOST_STEPS).find_map(|path| self.compared(module, &path))
    }

    /// The path instead of `path` when a page on its way re-exports what is named next.
    fn origin(&self, path: &[String]) -> Option<Path> {
        (0..path.len()).find_map(|at| {
            let origin = self.0.get(&path[..at])?.origin(&path[at])?;
            Some([origin, &path[at + 1..]].concat())
        })
    }

    /// Compares the places of two modules in the folder that contains both.
    fn compared(&self, module: &[String], path: &[String]) -> Option<Upward<'a>> {
        let shared = module.iter().zip(path).take_while(|(own, other)| own == other).count();
        let page = self.0.get(&module[..shared])?;
        let (from, to) = (module.get(shared)?, path.get(shared)?);
        (page.place(from)? < page.place(to)?).then(|| Upward { from: from.clone(), to: to.clone(), page: page.path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::Tree;

    const FILES: [(&str, &str); 6] = [
        ("crates/a/src/lib.rs", "mod x;\nmod y;\npub use x::{B, a::A};\npub use y::{Y, C};\npub use lost::Lost;\n"),
        ("crates/a/src/x/mod.rs", "mod a;\nmod x;\nmod b;\npub use b::{B, Deep};\nuse crate::y as later;\n"),
        ("crates/a/src/x/b.rs", "mod deep;\nmod deeper;\npub use deeper::Deep;\n"),
        ("crates/a/src/x/x.rs", ""),
        ("crates/a/src/x/b/deep.rs", ""),
        ("crates/a/src/y.rs", "pub use crate::C;\n"),
    ];

    fn upward(module: &'static str, path: &'static str) -> Option<String> {
        let names = |path: &str| Path::from_iter(path.split("::").filter(|name| !name.is_empty()).map(str::to_owned));
        let tree = Tree::of(&FILES);
        let upward = Outline::of(tree.library()).upward(&names(module), &names(path))?;
        Some(format!("{}: {} to {}", upward.page, upward.from, upward.to))
    }

    #[test]
    fn modules_are_compared_on_the_page_of_the_folder_they_share() {
        for (module, path, expected) in [
            ("x", "y::Y", "lib.rs: x to y"),
            ("x::b::deep", "y", "lib.rs: x to y"),
            ("x::a", "x::b::B", "x/mod.rs: a to b"),
            ("x::a", "x::b::deep::D", "x/mod.rs: a to b"),
            ("x::b::deep", "x::b::deeper", "x/b.rs: deep to deeper"),
        ] {
            assert_eq!(upward(module, path).as_deref(), Some(expected), "{module} imports {path}");
        }
        for (module, path) in [("y", "x::b::B"), ("x::b", "x::a::A"), ("x::b::deep", "x::a"), ("x::a", "x::a::b")] {
            assert_eq!(upward(module, path), None, "{module} imports {path}");
        }
    }

    #[test]
    fn a_page_and_what_it_lists_import_each_other() {
        for (module, path) in [("", "y::Y"), ("x", "x::b::B"), ("x::a", "x::X"), ("x::b::deep", "x::b")] {
            assert_eq!(upward(module, path), None, "{module} imports {path}");
        }
    }

    #[test]
    fn re_exports_are_followed_to_where_a_name_comes_from() {
        for (module, path, expected) in [
            ("x::a", "Y", "lib.rs: x to y"),
            ("x::a", "x::later::Y", "lib.rs: x to y"),
            ("x::a", "B", "x/mod.rs: a to b"),
            ("x::a", "x::Deep", "x/mod.rs: a to b"),
            ("x::b::deep", "x::Deep::new", "x/b.rs: deep to deeper"),
        ] {
            assert_eq!(upward(module, path).as_deref(), Some(expected), "{module} imports {path}");
        }
        for (module, path) in [("y", "B"), ("x::b", "A"), ("x::b", "B"), ("x::a", "Lost")] {
            assert_eq!(upward(module, path), None, "{module} imports {path}");
        }
    }

    #[test]
    fn a_circle_of_re_exports_has_an_end() {
        assert_eq!(upward("y", "C"), None);
    }

    #[test]
    fn a_module_may_be_called_as_its_folder_is() {
        assert_eq!(upward("x::b", "x::x::X"), None);
        assert_eq!(upward("x::x", "x::x::X"), None);
        assert_eq!(upward("x::a", "x::x::X").as_deref(), Some("x/mod.rs: a to x"));
        assert_eq!(upward("x::x", "x::b::B").as_deref(), Some("x/mod.rs: x to b"));
    }

    #[test]
    fn of_modules_that_no_page_lists_nothing_is_known() {
        for (module, path) in [("x::tests", "x::b::B"), ("bin::main", "y::Y"), ("x::a", "other::Y")] {
            assert_eq!(upward(module, path), None, "{module} imports {path}");
        }
    }
}
