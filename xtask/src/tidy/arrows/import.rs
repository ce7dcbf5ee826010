//! What a file imports: by `use`, and by the paths in its code that lead out of the module they stand in.

use super::page::Page;
use super::path::{from_root, leaves, module_of};
use crate::tidy::scan::{block_length, is_word, line_of};
use crate::tidy::tree::SourceFile;

/// A path outside tests, with the module it stands in. Both lead from the crate's root.
pub(super) struct Import<'a> {
    pub(super) line: usize,
    pub(super) module: Vec<&'a str>,
    pub(super) path: Vec<&'a str>,
}

/// In the order of their lines.
pub(super) fn imports(file: &SourceFile) -> Vec<Import<'_>> {
    let heads = heads(file).into_iter();
    let places = heads.flat_map(|(head, names)| words(&file.code, head).map(move |at| (at, head, names.clone())));
    let outside_tests = places.filter(|(at, ..)| !file.is_test(line_of(&file.code, *at)));
    let mut imports: Vec<_> = outside_tests.flat_map(|(at, head, names)| imports_at(file, at, head, &names)).collect();
    imports.sort_by_key(|import| import.line);
    imports
}

/// The first words of paths that lead out of the module, and the names they stand for: the keywords, and each name that
/// `use` gives to a folder around the file. After `use crate::a;`, `a::b` names `crate::a::b`.
fn heads(file: &SourceFile) -> Vec<(&str, Vec<&str>)> {
    let (page, module) = (Page::of(file), module_of(file));
    let folders = page.names().filter(|(_, path)| module.starts_with(path));
    let folders = folders.map(|(name, path)| (name, [&["crate"], path].concat()));
    folders.chain(["crate", "super", "self"].map(|keyword| (keyword, vec![keyword]))).collect()
}

/// Where `word` begins. Not in `$crate::`, which another crate may expand, nor in `pub(in crate::…)`, which imports nothing.
fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + use<'a> {
    let begins = |at: &usize| {
        let before = &code[..*at];
        !before.ends_with(|c| is_word(c) || c == '$' || c == ':') && !before.ends_with("(in ")
    };
    code.match_indices(word).map(|(at, _)| at).filter(begins)
}

/// One for each path of the tree after the head at this place.
fn imports_at<'a>(file: &'a SourceFile, at: usize, head: &str, names: &[&'a str]) -> Vec<Import<'a>> {
    let Some(tree) = file.code[at + head.len()..].strip_prefix("::") else {
        return Vec::new();
    };
    let (line, module) = (line_of(&file.code, at), module_at(file, at));
    let paths = leaves(tree).into_iter().map(|leaf| from_root(&module, &[names, &leaf.names].concat()));
    paths.map(|path| Import { line, module: module.clone(), path }).collect()
}

/// The module of the file, or the module inside it whose braces hold the place: `super` means what is around that one.
fn module_at(file: &SourceFile, at: usize) -> Vec<&str> {
    let names = words(&file.code, "mod ").map(|start| start + "mod ".len()).take_while(|start| *start < at);
    let around = names.filter_map(|start| {
        let (name, body) = file.code[start..].split_once(' ')?;
        let end = start + name.len() + 1 + block_length(body);
        (body.starts_with('{') && end > at).then_some(name)
    });
    module_of(file).into_iter().chain(around).collect()
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
