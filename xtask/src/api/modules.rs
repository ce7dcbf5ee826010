//! The modules of a crate, read from its files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::slice;

use anyhow::Context;
use syn::{Attribute, Item, ItemMod};

/// The names from the root of the crate to a module.
pub(super) type ModulePath = Vec<String>;

/// All modules of a crate but those of tests and of documentation.
///
/// A path has several sources where a cfg chooses between files.
#[derive(Default)]
pub(super) struct Modules(BTreeMap<ModulePath, Vec<Source>>);

/// The items of one module, and the cfgs on the way to it.
pub(super) struct Source {
    pub(super) items: Vec<Item>,
    pub(super) cfgs: Vec<Attribute>,
}

/// Where the next module is looked for.
struct Place {
    module: ModulePath,
    cfgs: Vec<Attribute>,
    /// The folder of the file, for `#[path]`.
    folder: PathBuf,
    /// The folder of the files of inner modules.
    inner: PathBuf,
}

impl Modules {
    /// Reads the crate whose `lib.rs` this is.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or parsed.
    pub(super) fn load(lib: &Path) -> anyhow::Result<Self> {
        let folder = lib.parent().unwrap_or(Path::new("")).to_owned();
        let mut modules = Self::default();
        modules.add_file(lib, Place { module: Vec::new(), cfgs: Vec::new(), inner: folder.clone(), folder })?;
        Ok(modules)
    }

    #[cfg(test)]
    pub(super) fn of(source: &str) -> Self {
        let mut modules = Self::default();
        let place =
            Place { module: Vec::new(), cfgs: Vec::new(), folder: PathBuf::default(), inner: PathBuf::default() };
        modules.add(syn::parse_file(source).unwrap().items, place).unwrap();
        modules
    }

    pub(super) fn get(&self, module: &[String]) -> &[Source] {
        self.0.get(module).map_or(&[], Vec::as_slice)
    }

    /// Every item, with the path and the source of its module.
    pub(super) fn items(&self) -> impl Iterator<Item = (&ModulePath, &Source, &Item)> {
        let sources = self.0.iter().flat_map(|(path, sources)| sources.iter().map(move |source| (path, source)));
        sources.flat_map(|(path, source)| source.items.iter().map(move |item| (path, source, item)))
    }

    fn add_file(&mut self, file: &Path, place: Place) -> anyhow::Result<()> {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let syntax = syn::parse_file(&text).with_context(|| format!("cannot parse {}", file.display()))?;
        self.add(syntax.items, place)
    }

    fn add(&mut self, items: Vec<Item>, place: Place) -> anyhow::Result<()> {
        let items: Vec<Item> =
            items.into_iter().flat_map(expanded).filter(|item| !is_never_built(attributes(item))).collect();
        for item in &items {
            if let Item::Mod(module) = item {
                self.add_module(module, &place)?;
            }
        }
        self.0.entry(place.module).or_default().push(Source { items, cfgs: place.cfgs });
        Ok(())
    }

    fn add_module(&mut self, module: &ItemMod, around: &Place) -> anyhow::Result<()> {
        let name = module.ident.to_string();
        let place = |folder: PathBuf, inner: PathBuf| Place {
            module: [around.module.as_slice(), slice::from_ref(&name)].concat(),
            cfgs: around.cfgs.iter().chain(cfgs(&module.attrs)).cloned().collect(),
            folder,
            inner,
        };
        if let Some((_, items)) = &module.content {
            return self.add(items.clone(), place(around.folder.clone(), around.inner.join(&name)));
        }
        let named = path_attribute(module).map(|path| around.folder.join(path));
        let folder = around.inner.join(&name);
        let file = named.unwrap_or_else(|| around.inner.join(format!("{name}.rs")));
        match file.exists() {
            true => self.add_file(&file, place(file.parent().unwrap_or(Path::new("")).to_owned(), folder)),
            false => self.add_file(&folder.join("mod.rs"), place(folder.clone(), folder)),
        }
    }
}

/// `pin_project! { … }` stands for the items in it. Of other macros nothing is known.
fn expanded(item: Item) -> Vec<Item> {
    let Item::Macro(call) = &item else { return vec![item] };
    match syn::parse2::<syn::File>(call.mac.tokens.clone()) {
        Ok(inner) if call.mac.path.segments.last().is_some_and(|name| name.ident == "pin_project") => inner.items,
        _ => vec![item],
    }
}

/// The attributes of any item that has some.
pub(super) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

pub(super) fn cfgs(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"))
}

/// Whether the item exists only in tests or in documentation.
fn is_never_built(attributes: &[Attribute]) -> bool {
    cfgs(attributes).any(|cfg| {
        let condition = cfg.parse_args::<proc_macro2::TokenStream>().map(|tokens| tokens.to_string());
        condition.is_ok_and(|condition| {
            matches!(condition.as_str(), "test" | "doctest" | "doc")
                || condition.starts_with("all (test")
                || condition.starts_with("all (doctest")
        })
    })
}

fn path_attribute(module: &ItemMod) -> Option<String> {
    let attribute = module.attrs.iter().find(|attribute| attribute.path().is_ident("path"))?;
    let syn::Expr::Lit(literal) = &attribute.meta.require_name_value().ok()?.value else { return None };
    match &literal.lit {
        syn::Lit::Str(path) => Some(path.value()),
        _ => None,
    }
}
