//! The imports of a file: `use`, and paths in its code that lead out of their module.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

use super::page::Page;
use super::path::{Path, after_colons, from_root, leaves, module_of};
use crate::tidy::tree::SourceFile;

/// A path outside tests, with the module it stands in. Both lead from the crate's root.
pub(super) struct Import {
    pub(super) line: usize,
    pub(super) module: Path,
    pub(super) path: Path,
}

/// In the order of their lines.
///
/// Tokens are read, not items, so that the bodies of macros count as well.
pub(super) fn imports(file: &SourceFile) -> Vec<Import> {
    let mut search = Search { file, heads: heads(file), imports: Vec::new() };
    search.tokens(file.tokens(), &module_of(file));
    search.imports
}

/// The first words of paths that lead out of the module, with the names they stand for.
///
/// They are the keywords, and each name that `use` gives to a folder around the file. After `use crate::a;`, `a::b`
/// names `crate::a::b`.
fn heads(file: &SourceFile) -> Vec<(String, Path)> {
    let (page, module) = (Page::of(file), module_of(file));
    let folders = page.names().filter(|(_, path)| module.starts_with(path));
    let folders = folders.map(|(name, path)| (name.to_owned(), [&["crate".to_owned()], path].concat()));
    let keywords = ["crate", "super", "self"].map(|keyword| (keyword.to_owned(), vec![keyword.to_owned()]));
    folders.chain(keywords).collect()
}

struct Search<'a> {
    file: &'a SourceFile,
    heads: Vec<(String, Path)>,
    imports: Vec<Import>,
}

impl Search<'_> {
    fn tokens(&mut self, tokens: TokenStream, module: &Path) {
        let tokens = Vec::from_iter(tokens);
        for (at, token) in tokens.iter().enumerate() {
            let before = &tokens[..at];
            match token {
                TokenTree::Group(group) => self.group(before, group, module),
                TokenTree::Ident(word) if !goes_on(before) => self.path(word, &tokens[at + 1..], module),
                _ => {}
            }
        }
    }

    /// `super` inside a module with braces means what is around that one.
    ///
    /// `pub(in crate::…)` imports nothing.
    fn group(&mut self, before: &[TokenTree], group: &Group, module: &Path) {
        match before {
            [.., TokenTree::Ident(keyword)] if *keyword == "pub" && group.delimiter() == Delimiter::Parenthesis => {}
            [.., TokenTree::Ident(keyword), TokenTree::Ident(name)]
                if *keyword == "mod" && group.delimiter() == Delimiter::Brace =>
            {
                self.tokens(group.stream(), &[module.as_slice(), &[name.to_string()]].concat());
            }
            _ => self.tokens(group.stream(), module),
        }
    }

    /// One import for each path of the tree after the head.
    fn path(&mut self, head: &Ident, rest: &[TokenTree], module: &Path) {
        let line = head.span().start().line;
        let Some(tree) = after_colons(rest).filter(|_| !self.file.is_test(line)) else { return };
        for (_, names) in self.heads.iter().filter(|(name, _)| head == name) {
            let paths =
                leaves(tree).into_iter().map(|leaf| from_root(module, &[names.as_slice(), &leaf.names].concat()));
            self.imports.extend(paths.map(|path| Import { line, module: module.clone(), path }));
        }
    }
}

/// Whether a path is under way already.
///
/// Nor is `$crate::` a path of this crate: another may expand it.
fn goes_on(before: &[TokenTree]) -> bool {
    let is = |token: &TokenTree, mark| matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark);
    match before {
        [.., last] if is(last, '$') => true,
        [.., first, last] => is(first, ':') && is(last, ':'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::Tree;

    fn imported(source: &str) -> Vec<(usize, String)> {
        let tree = Tree::of(&[("crates/a/src/x/a.rs", source)]);
        imports(&tree.files()[0]).iter().map(|import| (import.line, import.path.join("::"))).collect()
    }

    #[test]
    fn paths_out_of_the_module_are_imports_in_use_and_in_code() {
        for (source, path) in [
            ("use crate::y::Y;\n", "y::Y"),
            ("pub(crate) use super::b::B as C;\n", "x::b::B"),
            ("use super::super::y;\n", "y"),
            ("fn f() { g(crate::y::Z) }\n", "y::Z"),
            ("impl<T> super::b::B<T> {}\n", "x::b::B"),
            ("use self::super::b;\n", "x::b"),
        ] {
            assert_eq!(imported(source), [(1, path.to_owned())], "{source}");
        }
    }

    #[test]
    fn each_branch_of_a_group_is_an_import() {
        let expected = ["x::a", "x::b", "y::Z"].map(|path| (2, path.to_owned()));
        assert_eq!(imported("\nuse crate::{\n    x::{a, b},\n    y::Z,\n};\n"), expected);
    }

    #[test]
    fn a_folder_may_be_imported_first_and_named_then() {
        for source in ["use crate::x;\n", "use super::super::x;\n", "use crate::x::{self};\n"] {
            let source = format!("{source}fn f() {{ x::b::g() }}\n");
            assert!(imported(&source).contains(&(2, "x::b::g".to_owned())), "{source}");
        }
        assert!(imported("use crate as y;\nuse y::z::Z;\n").contains(&(2, "z::Z".to_owned())));
    }

    #[test]
    fn inside_a_module_with_braces_super_is_what_holds_it() {
        let source =
            "mod inner {\n    use super::b;\n    mod deep {\n        use super::super::c;\n    }\n}\nuse super::d;\n";
        let expected = [(2, "x::a::b"), (4, "x::a::c"), (7, "x::d")].map(|(line, path)| (line, path.to_owned()));
        assert_eq!(imported(source), expected);
    }

    #[test]
    fn paths_that_stay_inside_or_are_no_code_of_the_crate_are_no_imports() {
        for source in [
            "use other::x;\n",
            "use inner::X;\n",
            "pub(in crate::x) fn f() {}\n",
            "macro_rules! m { () => { $crate::y::Y } }\n",
            "// See crate::y.\n",
            "#[cfg(test)]\nmod tests {\n    use super::b;\n}\n",
            "fn f() { my_crate::f(other::super_x::g()) }\n",
        ] {
            assert!(imported(source).is_empty(), "{source}");
        }
    }
}
