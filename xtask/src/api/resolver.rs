//! What a path means in a module of the crate.

use syn::{Attribute, Ident, Item, ItemUse, UseTree, Visibility};

use super::modules::{ModulePath, Modules, Source, cfgs};

/// Re-exports that go in a circle end here.
const MOST_STEPS: usize = 16;

/// What a name stands for.
pub(super) enum Meaning<'a> {
    Module(ModulePath),
    /// The item, with the path and the source of its module.
    Item(ModulePath, &'a Source, &'a Item),
    /// Something of another crate.
    Foreign,
}

/// One name that a `use` brings into scope: `a::{b as c, d}` brings `c` and `d`.
///
/// The name of `a::*` is `*`.
pub(super) struct Import {
    pub(super) path: Vec<String>,
    pub(super) name: String,
}

pub(super) fn imports(tree: &UseTree) -> Vec<Import> {
    let import = |path: &Ident, name: &Ident| vec![Import { path: vec![path.to_string()], name: name.to_string() }];
    match tree {
        UseTree::Path(path) => {
            let inner = imports(&path.tree).into_iter();
            inner.map(|import| import.under(path.ident.to_string())).collect()
        }
        UseTree::Name(name) => import(&name.ident, &name.ident),
        UseTree::Rename(rename) => import(&rename.ident, &rename.rename),
        UseTree::Glob(_) => vec![Import { path: Vec::new(), name: "*".to_owned() }],
        UseTree::Group(group) => group.items.iter().flat_map(imports).collect(),
    }
}

impl Import {
    fn under(mut self, name: String) -> Self {
        if self.path == ["self"] {
            self.path.clear();
            self.name = if self.name == "self" { name.clone() } else { self.name };
        }
        self.path.insert(0, name);
        self
    }
}

impl Modules {
    /// Everything that `path` means in `module`.
    ///
    /// There are several items where a cfg chooses between them, or where a name is of two kinds.
    pub(super) fn resolve(&self, module: &[String], path: &[String]) -> Vec<Meaning<'_>> {
        self.resolve_within(module, path, MOST_STEPS)
    }

    fn resolve_within(&self, module: &[String], path: &[String], steps: usize) -> Vec<Meaning<'_>> {
        let Some((first, rest)) = path.split_first() else { return vec![Meaning::Module(module.to_vec())] };
        if steps == 0 {
            return Vec::new();
        }
        match first.as_str() {
            "crate" => self.resolve_within(&[], rest, steps - 1),
            "self" => self.resolve_within(module, rest, steps - 1),
            "super" => self.resolve_within(&module[..module.len().saturating_sub(1)], rest, steps - 1),
            name => {
                let found = self.named(module, name, steps - 1);
                let inner = |meaning| match meaning {
                    Meaning::Module(module) => self.resolve_within(&module, rest, steps - 1),
                    meaning if rest.is_empty() => vec![meaning],
                    _ => Vec::new(),
                };
                match found.is_empty() {
                    true => vec![Meaning::Foreign],
                    false => found.into_iter().flat_map(inner).collect(),
                }
            }
        }
    }

    /// What the module itself defines or imports under the name.
    fn named(&self, module: &[String], name: &str, steps: usize) -> Vec<Meaning<'_>> {
        let mut found = Vec::new();
        for source in self.get(module) {
            for item in &source.items {
                match item {
                    Item::Mod(inner) if inner.ident == name => {
                        found.push(Meaning::Module([module, &[name.to_owned()]].concat()));
                    }
                    Item::Use(import) => {
                        let imports = imports(&import.tree).into_iter().filter(|import| import.name == name);
                        found.extend(imports.flat_map(|import| self.resolve_within(module, &import.path, steps)));
                    }
                    item if ident(item).is_some_and(|ident| ident == name) => {
                        found.push(Meaning::Item(module.to_vec(), source, item));
                    }
                    _ => {}
                }
            }
        }
        found.dedup_by(
            |one, other| matches!((one, other), (Meaning::Module(one), Meaning::Module(other)) if one == other),
        );
        found
    }
}

/// The name of an item that has one.
pub(super) fn ident(item: &Item) -> Option<&Ident> {
    match item {
        Item::Const(item) => Some(&item.ident),
        Item::Enum(item) => Some(&item.ident),
        Item::Fn(item) => Some(&item.sig.ident),
        Item::Static(item) => Some(&item.ident),
        Item::Struct(item) => Some(&item.ident),
        Item::Trait(item) => Some(&item.ident),
        Item::Type(item) => Some(&item.ident),
        Item::Union(item) => Some(&item.ident),
        _ => None,
    }
}

pub(super) fn is_public(item: &Item) -> bool {
    let visibility = match item {
        Item::Const(item) => &item.vis,
        Item::Enum(item) => &item.vis,
        Item::Fn(item) => &item.vis,
        Item::Mod(item) => &item.vis,
        Item::Static(item) => &item.vis,
        Item::Struct(item) => &item.vis,
        Item::Trait(item) => &item.vis,
        Item::Type(item) => &item.vis,
        Item::Union(item) => &item.vis,
        Item::Use(item) => &item.vis,
        _ => return false,
    };
    matches!(visibility, Visibility::Public(_))
}

/// The cfgs under which a re-export is there.
pub(super) fn cfgs_of(import: &ItemUse) -> Vec<Attribute> {
    cfgs(&import.attrs).cloned().collect()
}
