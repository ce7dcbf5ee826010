//! Everything that a user can name from the root of a crate, with its implementations.

use std::collections::BTreeMap;
use std::{ptr, slice};

use quote::ToTokens;
use syn::{Attribute, Item, ItemImpl, ItemUse, Type};

use super::modules::{ModulePath, Modules, Source, attributes};
use super::resolver::{Meaning, cfgs_of, ident, imports, is_public};

/// A public module: its items by name, and the modules in it.
#[derive(Default)]
pub(super) struct Surface {
    pub(super) entries: BTreeMap<String, Vec<Entry>>,
    pub(super) modules: BTreeMap<String, Surface>,
}

/// An item under the name by which it is public, or a re-export from another crate.
pub(super) struct Entry {
    pub(super) item: Item,
    /// Of the module that defines it, and of the re-export.
    pub(super) cfgs: Vec<Attribute>,
    pub(super) impls: Vec<ItemImpl>,
}

/// An item, by the module that defines it and its name.
type Identity = (ModulePath, String);

struct Collector<'a> {
    modules: &'a Modules,
    impls: BTreeMap<Identity, Vec<Implementation<'a>>>,
}

struct Implementation<'a> {
    module: &'a ModulePath,
    source: &'a Source,
    block: ItemImpl,
}

pub(super) fn of(modules: &Modules) -> Surface {
    let collector = Collector { modules, impls: impls(modules) };
    let mut surface = Surface::default();
    collector.collect(&[], &[], &mut surface);
    surface
}

impl Collector<'_> {
    fn collect(&self, module: &[String], cfgs: &[Attribute], surface: &mut Surface) {
        for source in self.modules.get(module) {
            for item in source.items.iter().filter(|item| is_public(item) && !is_hidden(attributes(item))) {
                match item {
                    Item::Use(import) => self.re_export(module, import, cfgs, surface),
                    Item::Mod(inner) => {
                        let name = inner.ident.to_string();
                        let path = [module, slice::from_ref(&name)].concat();
                        self.collect(&path, cfgs, surface.modules.entry(name).or_default());
                    }
                    item => {
                        let name = ident(item).map(ToString::to_string).unwrap_or_default();
                        surface.add(&name, self.entry(module, source, item, cfgs));
                    }
                }
            }
        }
    }

    fn re_export(&self, module: &[String], import: &ItemUse, around: &[Attribute], surface: &mut Surface) {
        let cfgs = [around, &cfgs_of(import)].concat();
        for leaf in imports(&import.tree) {
            let meanings = self.modules.resolve(module, &leaf.path);
            for meaning in meanings {
                match meaning {
                    Meaning::Module(path) if leaf.name == "*" => self.collect(&path, &cfgs, surface),
                    Meaning::Module(path) => {
                        self.collect(&path, &cfgs, surface.modules.entry(leaf.name.clone()).or_default());
                    }
                    Meaning::Item(path, source, item) if is_public(item) => {
                        surface.add(&leaf.name, self.entry(&path, source, item, &cfgs));
                    }
                    Meaning::Item(..) => {}
                    Meaning::Foreign => surface.add(&leaf.name, foreign(&leaf.path, &leaf.name, &cfgs)),
                }
            }
        }
    }

    fn entry(&self, module: &[String], source: &Source, item: &Item, cfgs: &[Attribute]) -> Entry {
        let name = ident(item).map(ToString::to_string).unwrap_or_default();
        // Where a cfg chooses between two files, each has the implementations for its own type.
        let is_elsewhere = |found: &Implementation<'_>| found.module == module && !ptr::eq(found.source, source);
        let impls = self.impls.get(&(module.to_vec(), name)).into_iter().flatten();
        let impls = impls.filter(|found| !is_elsewhere(found)).map(|found| found.block.clone()).collect();
        let mut all_cfgs = source.cfgs.clone();
        all_cfgs.extend(cfgs.iter().filter(|cfg| !source.cfgs.contains(cfg)).cloned());
        Entry { item: item.clone(), cfgs: all_cfgs, impls }
    }
}

impl Surface {
    /// A name may be exported by two paths; it is listed once.
    fn add(&mut self, name: &str, entry: Entry) {
        let entries = self.entries.entry(name.to_owned()).or_default();
        if !entries.iter().any(|other| other.item == entry.item && other.cfgs == entry.cfgs) {
            entries.push(entry);
        }
    }
}

fn foreign(path: &[String], name: &str, cfgs: &[Attribute]) -> Entry {
    let renamed = if path.last().is_none_or(|last| last == name) { String::new() } else { format!(" as {name}") };
    let glob = if name == "*" { "::*" } else { "" };
    let renamed = if name == "*" { String::new() } else { renamed };
    let import = syn::parse_str(&format!("pub use {}{glob}{renamed};", path.join("::")));
    let item = import.map_or_else(|_| Item::Verbatim(name.to_token_stream()), Item::Use);
    Entry { item, cfgs: cfgs.to_vec(), impls: Vec::new() }
}

/// The implementations of the crate, by the type they are for.
///
/// Those for foreign types or for any type are listed by the trait.
fn impls(modules: &Modules) -> BTreeMap<Identity, Vec<Implementation<'_>>> {
    let mut impls: BTreeMap<Identity, Vec<Implementation<'_>>> = BTreeMap::new();
    for (module, source, item) in modules.items() {
        let Item::Impl(block) = item else { continue };
        if is_hidden(&block.attrs) || is_pinned_drop(block) {
            continue;
        }
        let for_type = type_path(&block.self_ty).and_then(|path| identity(modules, module, &path));
        let of_trait = block.trait_.as_ref().map(|(_, path, _)| names(path));
        let for_trait = || identity(modules, module, &of_trait?);
        if let Some(identity) = for_type.or_else(for_trait) {
            let mut block = block.clone();
            block.attrs.extend(source.cfgs.iter().cloned());
            impls.entry(identity).or_default().push(Implementation { module, source, block });
        }
    }
    impls
}

/// How `pin_project!` writes a destructor.
fn is_pinned_drop(block: &ItemImpl) -> bool {
    block.trait_.as_ref().is_some_and(|(_, path, _)| path.is_ident("PinnedDrop"))
}

fn identity(modules: &Modules, module: &[String], path: &[String]) -> Option<Identity> {
    modules.resolve(module, path).into_iter().find_map(|meaning| match meaning {
        Meaning::Item(module, _, item) => Some((module, ident(item)?.to_string())),
        Meaning::Module(_) | Meaning::Foreign => None,
    })
}

/// The path of the type itself, or of the one it refers to.
fn type_path(of: &Type) -> Option<Vec<String>> {
    match of {
        Type::Path(path) if path.qself.is_none() => Some(names(&path.path)),
        Type::Reference(reference) => type_path(&reference.elem),
        _ => None,
    }
}

fn names(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect()
}

pub(super) fn is_hidden(attributes: &[Attribute]) -> bool {
    let mut docs = attributes.iter().filter(|attribute| attribute.path().is_ident("doc"));
    docs.any(|doc| doc.parse_args::<syn::Ident>().is_ok_and(|word| word == "hidden"))
}
