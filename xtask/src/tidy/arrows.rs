//! Checks that a module imports only from modules listed above it.
//!
//! The lists are `lib.rs` and the file of each folder.
//!
//! A re-export counts as the module it comes from, so `crate::Hook` is an arrow to `hook` as `crate::hook::Hook` is. Of
//! an import from another folder the places of the two folders count, so folders cannot import each other in a circle. The
//! file that lists modules may use all of them, and they may use what it defines.
//!
//! The text does not say which names a glob brings, so the check knows only the module that the glob names.

mod path;
mod page;
mod import;
mod outline;

use std::collections::BTreeSet;

use super::Complaint;
use super::tree::{SourceFile, Tree};
use import::imports;
use outline::{Outline, Upward};

pub(super) fn arrows(tree: &Tree) -> Vec<Complaint> {
    let crates: BTreeSet<_> = tree.library().filter_map(SourceFile::library_crate).collect();
    crates.into_iter().flat_map(|package| of_crate(tree, package)).collect()
}

fn of_crate(tree: &Tree, package: &str) -> Vec<Complaint> {
    let files = || tree.library().filter(|file| file.library_crate() == Some(package));
    let outline = Outline::of(files());
    files().flat_map(|file| of_file(&outline, file)).collect()
}

/// One for each line and module, however many names the line imports from it.
fn of_file(outline: &Outline<'_>, file: &SourceFile) -> Vec<Complaint> {
    let imports = imports(file).into_iter();
    let upward = imports.filter_map(|import| Some((import.line, outline.upward(&import.module, &import.path)?)));
    let complaints: BTreeSet<_> = upward.map(|(line, upward)| (line, message(&upward))).collect();
    complaints.into_iter().map(|(line, message)| file.complaint(line, message)).collect()
}

fn message(Upward { from, to, page }: &Upward<'_>) -> String {
    format!("{from} imports {to}, which {page} lists below it; move what both need further up")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIB: &str = "mod id;\npub mod hook;\nmod resource;\n\npub use hook::{Hook, next as later};\npub use id::AsyncId;\n#[cfg(test)]\nmod tests;\n";

    const HOOK: &str = "mod events;\nmod hook;\nmod list;\n\npub(crate) use list::List;\n#[cfg(test)]\nmod tests;\n";

    const LIST: &str = "mod entry;\nmod cache;\n\npub(super) use cache::Cache;\n";

    fn complaints(path: &str, source: &str) -> Vec<Complaint> {
        let lists =
            [("crates/a/src/lib.rs", LIB), ("crates/a/src/hook/mod.rs", HOOK), ("crates/a/src/hook/list.rs", LIST)];
        arrows(&Tree::of(&[lists.as_slice(), &[(path, source)]].concat()))
    }

    fn upward_lines(path: &str, source: &str) -> Vec<usize> {
        complaints(path, source).iter().map(|complaint| complaint.line).collect()
    }

    #[test]
    fn arrows_to_modules_above_pass() {
        for source in [
            "use crate::id::AsyncId;\n",
            "use crate::{AsyncId, id::next};\n",
            "use super::super::id;\nuse super::super::hook::Events;\n",
            "pub(in crate::resource) fn f() {}\n",
            "#[cfg(test)]\nmod tests {\n    use crate::resource::Resource;\n}\n",
            "// See crate::resource.\n",
            "use other_crate::resource;\n",
        ] {
            assert!(upward_lines("crates/a/src/hook/events.rs", source).is_empty(), "{source}");
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

    #[test]
    fn arrows_to_modules_above_in_the_folder_pass() {
        for source in [
            "use crate::hook::events::Events;\nuse super::hook::Hook;\n",
            "use super::{Defined, events, hook::{self, Hook}};\n",
            "use crate::{AsyncId, Hook, hook::events};\n",
            "use super::*;\n",
            "fn f() { super::events::g(crate::hook::hook::h()) }\n",
            "use entry::Entry;\nuse self::cache::Cache;\nfn f() { cache::g() }\n",
            "#[cfg(test)]\nmod tests;\n",
        ] {
            assert!(upward_lines("crates/a/src/hook/list.rs", source).is_empty(), "{source}");
        }
    }

    #[test]
    fn arrows_to_modules_below_in_the_folder_are_seen() {
        for source in [
            "use crate::hook::list::Entry;\n",
            "use crate::{id, hook::{hook, list::{Entry, Key}}};\n",
            "use super::{\n    events,\n    list,\n};\n",
            "use super::List;\n",
            "use super::list::*;\n",
            "pub(crate) use crate::hook::List as Hooks;\n",
            "fn f() { super::list::g() }\n",
            "fn f() { crate::hook::list::g() }\n",
            "mod inner { use super::super::list; }\n",
            "use super::super::hook; fn f() { hook::list::g() }\n",
        ] {
            assert_eq!(upward_lines("crates/a/src/hook/hook.rs", source), [1], "{source}");
        }
    }

    #[test]
    fn folders_in_folders_have_an_order_of_their_own() {
        let path = "crates/a/src/hook/list/entry.rs";
        for source in ["use super::cache;\n", "use super::Cache;\n", "use crate::hook::list::{Cache, cache};\n"] {
            assert_eq!(upward_lines(path, source), [1], "{source}");
        }
        for source in ["use super::Defined;\n", "use super::super::hook;\n", "use crate::hook::events::Events;\n"] {
            assert!(upward_lines(path, source).is_empty(), "{source}");
        }
        assert!(upward_lines("crates/a/src/hook/list/cache.rs", "use super::entry::Entry;\n").is_empty());
    }

    #[test]
    fn the_file_of_a_folder_uses_its_own_modules_in_any_order() {
        let source = format!("{HOOK}use crate::hook::events;\nuse self::list::Entry;\nfn f() {{ list::g() }}\n");
        assert!(upward_lines("crates/a/src/hook/mod.rs", &source).is_empty());
    }

    #[test]
    fn tests_in_a_folder_import_what_they_like() {
        let source = "use super::list::List;\nuse crate::resource::Resource;\n";
        for path in ["crates/a/src/hook/tests.rs", "crates/a/src/hook/events/tests.rs"] {
            assert!(upward_lines(path, source).is_empty(), "{path}");
        }
    }

    #[test]
    fn of_two_folders_that_import_each_other_one_is_wrong() {
        let tree = Tree::of(&[
            ("crates/a/src/lib.rs", "mod x;\nmod y;\n"),
            ("crates/a/src/x/mod.rs", "mod a;\nmod b;\n"),
            ("crates/a/src/x/b.rs", "use crate::y::b::B;\n"),
            ("crates/a/src/y/mod.rs", "mod a;\nmod b;\n"),
            ("crates/a/src/y/a.rs", "use crate::x::a::A;\n"),
        ]);
        let complaints: Vec<_> = arrows(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(
            complaints,
            ["crates/a/src/x/b.rs:1: x imports y, which lib.rs lists below it; move what both need further up"]
        );
    }

    #[test]
    fn a_complaint_names_both_modules_and_the_file_that_lists_them() {
        let source = "use super::List;\nuse crate::{later, resource};\n";
        let complaints = complaints("crates/a/src/hook/events.rs", source);
        let messages: Vec<_> = complaints.iter().map(|complaint| complaint.message.split(';').next()).collect();
        let expected = [
            "events imports list, which hook/mod.rs lists below it",
            "hook imports resource, which lib.rs lists below it",
        ];
        assert_eq!(messages, expected.map(Some));
    }

    #[test]
    fn each_crate_has_an_order_of_its_own() {
        let other = ("crates/b/src/lib.rs", "mod hook;\nmod id;\n");
        let file = ("crates/b/src/id.rs", "use crate::hook::Hook;\n");
        assert!(arrows(&Tree::of(&[("crates/a/src/lib.rs", LIB), other, file])).is_empty());
    }
}
