//! Paths of Rust items: as tokens, and as the names they are made of.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

use crate::tidy::tree::SourceFile;

/// The names of a path, from left to right.
pub(super) type Path = Vec<String>;

/// One path of a tree: `a::{b as c, d}` holds `a::b`, renamed to `c`, and `a::d`.
#[derive(Debug, PartialEq)]
pub(super) struct Leaf {
    pub(super) names: Path,
    pub(super) alias: Option<String>,
}

/// The paths of the tree that the tokens start with. The last name of `a::*` is empty.
pub(super) fn leaves(tokens: &[TokenTree]) -> Vec<Leaf> {
    match tokens {
        [TokenTree::Group(group), ..] if group.delimiter() == Delimiter::Brace => {
            branches(group.stream()).iter().flat_map(|branch| leaves(branch)).collect()
        }
        [TokenTree::Ident(name), rest @ ..] => match after_colons(rest) {
            Some(rest) => leaves(rest).into_iter().map(|leaf| leaf.under(name.to_string())).collect(),
            None => vec![Leaf { names: vec![name.to_string()], alias: alias(rest) }],
        },
        _ => vec![Leaf { names: vec![String::new()], alias: None }],
    }
}

impl Leaf {
    fn under(mut self, name: String) -> Self {
        self.names.insert(0, name);
        self
    }
}

/// The tokens after the `::` they start with.
pub(super) fn after_colons(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    match tokens {
        [TokenTree::Punct(first), TokenTree::Punct(second), rest @ ..] => {
            let is_path = first.as_char() == ':' && first.spacing() == Spacing::Joint && second.as_char() == ':';
            is_path.then_some(rest)
        }
        _ => None,
    }
}

fn alias(tokens: &[TokenTree]) -> Option<String> {
    match tokens {
        [TokenTree::Ident(word), TokenTree::Ident(alias), ..] if *word == "as" => Some(alias.to_string()),
        _ => None,
    }
}

/// Splits at the commas.
fn branches(group: TokenStream) -> Vec<Vec<TokenTree>> {
    let tokens = Vec::from_iter(group);
    let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
    tokens.split(is_comma).filter(|branch| !branch.is_empty()).map(<[_]>::to_vec).collect()
}

/// The path from the crate's root to what `names` means in `module`.
pub(super) fn from_root(module: &[String], names: &[String]) -> Path {
    let mut path = module.to_vec();
    for name in names {
        match name.as_str() {
            "crate" => path.clear(),
            "super" => drop(path.pop()),
            "self" => {}
            name => path.push(name.to_owned()),
        }
    }
    path
}

/// The path of the module in a file.
///
/// `["resource", "future"]` for `src/resource/future.rs`, empty for `lib.rs`.
pub(super) fn module_of(file: &SourceFile) -> Path {
    let (_, inside) = file.path.split_once("/src/").unwrap_or_default();
    let path = inside.strip_suffix("/mod.rs").or(inside.strip_suffix(".rs"));
    path.filter(|path| *path != "lib").map_or(Vec::new(), |path| path.split('/').map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::Tree;

    fn leaves_of(code: &str) -> Vec<Leaf> {
        leaves(&Vec::from_iter(code.parse::<TokenStream>().unwrap()))
    }

    fn owned(names: &[&str]) -> Path {
        names.iter().map(|name| name.to_string()).collect()
    }

    fn paths(code: &str) -> Vec<String> {
        leaves_of(code).iter().map(|leaf| leaf.names.join("::")).collect()
    }

    #[test]
    fn a_group_holds_the_paths_of_all_its_branches() {
        assert_eq!(paths("a::{b, c::{d, e::f},\n    g as h,\n};"), ["a::b", "a::c::d", "a::c::e::f", "a::g"]);
        assert_eq!(paths("{a, b::{self}}"), ["a", "b::self"]);
    }

    #[test]
    fn a_path_ends_where_the_expression_goes_on() {
        for (code, path) in [
            ("a::f(b::c)", "a::f"),
            ("a::B { c }", "a::B"),
            ("a;\nuse b::c;", "a"),
            ("a::*;", "a::"),
            ("a::B::<T>::f()", "a::B::"),
        ] {
            assert_eq!(paths(code), [path], "{code}");
        }
    }

    #[test]
    fn only_as_gives_a_path_another_name() {
        let alias = |code| leaves_of(code)[0].alias.clone();
        assert_eq!(
            [alias("a::b as c;"), alias("a::{b as c}"), alias("a::b;")],
            [Some("c".to_owned()), Some("c".to_owned()), None]
        );
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
            assert_eq!(from_root(&owned(&["a", "b"]), &owned(names)), owned(path), "{names:?}");
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
