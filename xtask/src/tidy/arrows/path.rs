//! Paths of Rust items, as text and as the names they are made of.

use crate::tidy::scan::{block_length, leading_word};
use crate::tidy::tree::SourceFile;

/// One path of a tree: `a::{b as c, d}` holds `a::b`, renamed to `c`, and `a::d`.
#[derive(Debug, PartialEq)]
pub(super) struct Leaf<'a> {
    pub(super) names: Vec<&'a str>,
    pub(super) alias: Option<&'a str>,
}

/// The paths of the tree that `code` starts with. The last name of `a::*` is empty.
pub(super) fn leaves(code: &str) -> Vec<Leaf<'_>> {
    if code.starts_with('{') {
        let group = &code[1..block_length(code)];
        return branches(group.strip_suffix('}').unwrap_or(group)).flat_map(leaves).collect();
    }
    let name = leading_word(code);
    let rest = &code[name.len()..];
    match rest.strip_prefix("::") {
        Some(rest) => leaves(rest).into_iter().map(|leaf| leaf.under(name)).collect(),
        None => vec![Leaf { names: vec![name], alias: rest.strip_prefix(" as ").map(leading_word) }],
    }
}

impl<'a> Leaf<'a> {
    fn under(mut self, name: &'a str) -> Self {
        self.names.insert(0, name);
        self
    }
}

/// Splits at the commas that stand in no inner braces.
fn branches(group: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    let outer = move |c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    };
    group.split(outer).map(str::trim).filter(|branch| !branch.is_empty())
}

/// The path from the crate's root to what `names` means in `module`.
pub(super) fn from_root<'a>(module: &[&'a str], names: &[&'a str]) -> Vec<&'a str> {
    let mut path = module.to_vec();
    for name in names {
        match *name {
            "crate" => path.clear(),
            "super" => drop(path.pop()),
            "self" => {}
            name => path.push(name),
        }
    }
    path
}

/// The path of the module that the file holds: `["resource", "future"]` for `src/resource/future.rs`, none for `lib.rs`.
pub(super) fn module_of(file: &SourceFile) -> Vec<&str> {
    let (_, inside) = file.path.split_once("/src/").unwrap_or_default();
    let path = inside.strip_suffix("/mod.rs").or(inside.strip_suffix(".rs"));
    path.filter(|path| *path != "lib").map_or(Vec::new(), |path| path.split('/').collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::Tree;

    fn paths(code: &str) -> Vec<String> {
        leaves(code).iter().map(|leaf| leaf.names.join("::")).collect()
    }

    #[test]
    fn a_group_holds_the_paths_of_all_its_branches() {
        assert_eq!(paths("a::{b, c::{d, e::f},\n    g as h,\n};"), ["a::b", "a::c::d", "a::c::e::f", "a::g"]);
        assert_eq!(paths("{a, b::{self}}"), ["a", "b::self"]);
    }

    #[test]
    fn a_path_ends_where_the_expression_goes_on() {
        for (code, path) in [("a::f(b::c)", "a::f"), ("a::B { c }", "a::B"), ("a;\nuse b::c;", "a"), ("a::*;", "a::")] {
            assert_eq!(paths(code), [path], "{code}");
        }
    }

    #[test]
    fn only_as_gives_a_path_another_name() {
        let alias = |code| leaves(code)[0].alias;
        assert_eq!([alias("a::b as c;"), alias("a::{b as c}"), alias("a::b;")], [Some("c"), Some("c"), None]);
    }

    #[test]
    fn a_path_is_followed_from_the_module_it_stands_in() {
        for (names, path) in [
            (["crate", "c"].as_slice(), ["c"].as_slice()),
            (&["super", "c"], &["a", "c"]),
            (&["super", "super", "c"], &["c"]),
            (&["self", "c"], &["a", "b", "c"]),
            (&["c", "self"], &["a", "b", "c"]),
        ] {
            assert_eq!(from_root(&["a", "b"], names), path, "{names:?}");
        }
    }

    #[test]
    fn a_module_is_named_after_its_file_or_its_folder() {
        for (file, module) in [
            ("lib.rs", [].as_slice()),
            ("a.rs", &["a"]),
            ("a/mod.rs", &["a"]),
            ("a/a.rs", &["a", "a"]),
            ("a/lib.rs", &["a", "lib"]),
        ] {
            let tree = Tree::of(&[(&format!("crates/a/src/{file}"), "")]);
            assert_eq!(module_of(&tree.files()[0]), module, "{file}");
        }
    }
}
