//! Checks of names: one type a name in a crate, and each name of the core in the façade.

use std::collections::{BTreeMap, BTreeSet};

use syn::spanned::Spanned;
use syn::{Item, UseTree, Visibility};

use super::Complaint;
use super::tree::{SourceFile, Tree};

/// A name that two types of one crate share has two meanings.
///
/// Types that only their own file sees do not count, and neither do alternatives, of which one is compiled.
pub(super) fn types(tree: &Tree) -> Vec<Complaint> {
    let mut first = BTreeMap::new();
    let mut complaints = Vec::new();
    for file in tree.library().filter(|file| !is_alternative(file)) {
        for (line, name) in shared_types(file) {
            let place = format!("{}:{line}", file.path);
            match first.get(&(file.library_crate(), name.clone())) {
                Some(other) => complaints
                    .push(file.complaint(line, format!("`{name}` is also the type in {other}; name what differs"))),
                None => drop(first.insert((file.library_crate(), name), place)),
            }
        }
    }
    complaints
}

/// Whether the file stands for another one where a feature is missing.
///
/// So `no_runtime.rs` does for `runtime.rs`, and `stable/` for what only tokio's unstable build has.
fn is_alternative(file: &SourceFile) -> bool {
    file.name().starts_with("no_") || file.path.contains("/src/stable/")
}

fn shared_types(file: &SourceFile) -> Vec<(usize, String)> {
    let items = file.syntax().map_or(Vec::new(), |syntax| syntax.items);
    let types = items.iter().filter_map(|item| match item {
        Item::Struct(item) => Some((&item.vis, &item.ident)),
        Item::Enum(item) => Some((&item.vis, &item.ident)),
        Item::Trait(item) => Some((&item.vis, &item.ident)),
        _ => None,
    });
    let shared = types.filter(|(visibility, _)| !matches!(visibility, Visibility::Inherited));
    shared.map(|(_, name)| (name.span().start().line, name.to_string())).collect()
}

const CORE: &str = "crates/async-hooks-core/src/lib.rs";
const FACADE: &str = "crates/async-hooks/src/lib.rs";

/// The façade names each public item of the core, since people depend on it alone.
pub(super) fn facade(tree: &Tree) -> Vec<Complaint> {
    let page = |path: &str| tree.rust().find(|file| file.path == path);
    let Some(core) = page(CORE) else { return Vec::new() };
    let named: BTreeSet<_> = page(FACADE).map_or(Vec::new(), exports).into_iter().map(|(_, name)| name).collect();
    let missing = exports(core).into_iter().filter(|(_, name)| !named.contains(name));
    missing
        .map(|(line, name)| core.complaint(line, format!("`{name}` is not in the façade; add it to {FACADE}")))
        .collect()
}

/// The names that a cover page exports, with their lines.
fn exports(cover: &SourceFile) -> Vec<(usize, String)> {
    let items = cover.syntax().map_or(Vec::new(), |page| page.items);
    let mut exports = Vec::new();
    for item in &items {
        if let Item::Use(item) = item
            && matches!(item.vis, Visibility::Public(_))
        {
            leaves(&item.tree, &mut exports);
        }
    }
    exports
}

fn leaves(tree: &UseTree, into: &mut Vec<(usize, String)>) {
    match tree {
        UseTree::Path(path) => leaves(&path.tree, into),
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, into)),
        UseTree::Name(name) => into.push((name.span().start().line, name.ident.to_string())),
        UseTree::Rename(name) => into.push((name.span().start().line, name.rename.to_string())),
        UseTree::Glob(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(check: fn(&Tree) -> Vec<Complaint>, files: &[(&str, &str)]) -> Vec<String> {
        check(&Tree::of(files)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn two_types_of_one_crate_have_two_names() {
        let one = ("crates/a/src/one.rs", "pub struct Slot;\n");
        assert_eq!(complaints(types, &[one, ("crates/a/src/two.rs", "pub(crate) enum Slot {}\n")]).len(), 1);
        for other in [
            ("crates/a/src/two.rs", "struct Slot;\n"),
            ("crates/b/src/two.rs", "pub struct Slot;\n"),
            ("crates/a/src/no_one.rs", "pub struct Slot;\n"),
            ("crates/a/src/stable/one.rs", "pub struct Slot;\n"),
            ("crates/a/src/two.rs", "fn f() {\n    struct Slot;\n}\n"),
        ] {
            assert!(complaints(types, &[one, other]).is_empty(), "{other:?}");
        }
    }

    #[test]
    fn what_the_core_exports_the_facade_names() {
        let core = (CORE, "pub use a::{B, c as d};\nuse hidden::E;\n");
        assert!(complaints(facade, &[core, (FACADE, "pub use core::{B, d};\n")]).is_empty());
        let missing = complaints(facade, &[core, (FACADE, "pub use core::B;\n")]);
        assert!(missing.len() == 1 && missing[0].contains("`d`"), "{missing:?}");
    }
}
