//! Check of the order of modules: each imports only from those listed above it in its crate's `lib.rs`.
//!
//! A re-export counts as the module it comes from, so `crate::Hook` is an arrow to `hook` as `crate::hook::Hook` is.

use std::collections::BTreeMap;

use super::Complaint;
use super::layout::module_name;
use super::scan::{block_length, is_word, leading_word};
use super::tree::{SourceFile, Tree};

pub(super) fn arrows(tree: &Tree) -> Vec<Complaint> {
    tree.library().flat_map(|file| upward(tree, file)).collect()
}

/// What `lib.rs` says: the modules in reading order, and which of them a re-exported name comes from.
struct Cover {
    modules: Vec<String>,
    origins: BTreeMap<String, String>,
}

impl Cover {
    fn of(lib: &SourceFile) -> Self {
        let lines = lib.code_lines().filter(|(number, _)| !lib.is_test(*number));
        let modules = lines.filter_map(|(_, line)| module_name(line)).map(str::to_owned).collect();
        let origins = lib.code.split(';').filter_map(re_export).flatten().collect();
        Self { modules, origins }
    }

    /// The place of the module that `name`, found at the crate's root, is or comes from.
    fn place(&self, name: &str) -> Option<usize> {
        let place = |name| self.modules.iter().position(|module| module == name);
        place(name).or_else(|| place(self.origins.get(name)?))
    }
}

/// The names that `pub use module::{…}` brings to the crate's root, each with its module.
fn re_export(statement: &str) -> Option<Vec<(String, String)>> {
    let (_, path) = statement.split_once("use ")?;
    let path = path.trim_start_matches("crate::").trim_start_matches("self::");
    let (module, rest) = path.split_once("::")?;
    let name = |leaf: &str| leaf.rsplit([':', ' ']).next().unwrap_or_default().to_owned();
    let leaves = rest.split(['{', '}', ',']).map(|leaf| name(leaf.trim()));
    let named = leaves.filter(|name| !name.is_empty());
    Some(named.map(|name| (name, module.to_owned())).collect())
}

fn upward(tree: &Tree, file: &SourceFile) -> Vec<Complaint> {
    let Some((cover, own)) = position(tree, file) else {
        return Vec::new();
    };
    let imports = root_imports(file).into_iter().filter(|(line, _)| !file.is_test(*line));
    let later = imports.filter(|(_, name)| cover.place(name).is_some_and(|place| place > own));
    let module = &cover.modules[own];
    later
        .map(|(line, name)| {
            file.complaint(
                line,
                format!("{module} imports {name}, which lib.rs lists below it; move what both need further up"),
            )
        })
        .collect()
}

/// The cover page of the file's crate, and which of its modules the file belongs to. None for the cover page itself.
fn position(tree: &Tree, file: &SourceFile) -> Option<(Cover, usize)> {
    let cover = format!("{}/src/lib.rs", file.library_crate()?);
    let cover = Cover::of(tree.rust().find(|file| file.path == cover)?);
    let own = cover.place(module_path(file).first()?)?;
    Some((cover, own))
}

/// `["resource", "future"]` for `src/resource/future.rs`.
fn module_path(file: &SourceFile) -> Vec<&str> {
    let (_, inside) = file.path.split_once("/src/").unwrap_or_default();
    let path = inside.trim_end_matches(".rs").trim_end_matches("/mod");
    path.split('/').filter(|part| *part != "lib").collect()
}

/// The names taken from the crate's root, by `crate::` or by as many `super::` as lead there, with their lines.
fn root_imports(file: &SourceFile) -> Vec<(usize, &str)> {
    let to_root = "super::".repeat(module_path(file).len());
    let line_of = |at: usize| file.code[..at].matches('\n').count() + 1;
    let mut starts = ["crate::", &to_root].map(|root| path_starts(&file.code, root)).concat();
    starts.sort();
    let names = starts.into_iter().map(|(at, rest)| (line_of(at), heads(rest)));
    names.flat_map(|(line, heads)| heads.into_iter().map(move |head| (line, head))).collect()
}

/// Where a path begins with `root`, and what follows. Not `$crate::`, which is another crate's view, nor `pub(in crate::…)`.
fn path_starts<'a>(code: &'a str, root: &str) -> Vec<(usize, &'a str)> {
    let begins =
        |at: &usize| !code[..*at].ends_with(|c| is_word(c) || c == '$' || c == ':') && !code[..*at].ends_with("(in ");
    let starts = code.match_indices(root).map(|(at, _)| at).filter(begins);
    starts.map(|at| (at, &code[at + root.len()..])).collect()
}

/// The first names of `a::b` and of `{a::b, c}`.
fn heads(path: &str) -> Vec<&str> {
    match path.starts_with('{') {
        true => branches(&path[1..block_length(path)]).map(leading_word).collect(),
        false => vec![leading_word(path)],
    }
}

/// Splits at the commas that stand in no inner braces.
fn branches(group: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    let outer = move |c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    };
    group.split(outer).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIB: &str = "mod id;\npub mod hook;\nmod resource;\n\npub use hook::{Hook, next as later};\npub use id::AsyncId;\n#[cfg(test)]\nmod tests;\n";

    fn upward_lines(path: &str, source: &str) -> Vec<usize> {
        let tree = Tree::of(&[("crates/a/src/lib.rs", LIB), (path, source)]);
        arrows(&tree).iter().map(|complaint| complaint.line).collect()
    }

    #[test]
    fn arrows_to_modules_above_pass() {
        for source in [
            "use crate::id::AsyncId;\n",
            "use crate::{AsyncId, id::next};\n",
            "use super::id;\nuse super::hook::Events;\n",
            "pub(in crate::resource) fn f() {}\n",
            "#[cfg(test)]\nmod tests {\n    use crate::resource::Resource;\n}\n",
            "// See crate::resource.\n",
            "use other_crate::resource;\n",
        ] {
            assert!(upward_lines("crates/a/src/hook.rs", source).is_empty(), "{source}");
        }
    }

    #[test]
    fn arrows_to_modules_below_are_seen() {
        for source in [
            "use crate::hook::Hook;\n",
            "use crate::{\n    id,\n    hook::{Hook, Events},\n};\n",
            "use super::resource;\n",
            "fn f() { crate::resource::g() }\n",
        ] {
            assert_eq!(upward_lines("crates/a/src/id.rs", source), [1], "{source}");
        }
    }

    #[test]
    fn a_re_export_is_an_arrow_to_its_module() {
        assert_eq!(upward_lines("crates/a/src/id.rs", "\nuse crate::Hook;\nuse crate::later;\n"), [2, 3]);
    }

    #[test]
    fn a_file_in_a_folder_belongs_to_the_folders_module() {
        let source = "use super::resource;\nuse super::super::resource;\nuse crate::resource;\n";
        assert_eq!(upward_lines("crates/a/src/hook/events.rs", source), [2, 3]);
        assert_eq!(upward_lines("crates/a/src/hook/mod.rs", "use super::resource;\n"), [1]);
    }
}
