//! The list as text: Rust without bodies, documentation and what is private.

use proc_macro2::Span;
use syn::{
    Attribute, Block, Expr, Fields, File, FnArg, ImplItem, Item, ItemImpl, ItemMod, ItemStruct, ItemTrait, Pat,
    Signature, TraitItem, Visibility, parse_quote,
};

use super::surface::{Entry, Surface, is_hidden};

/// Stands for fields that are not public, until the text is there.
const PRIVATE: &str = "private_fields";

pub(super) fn text(surface: &Surface) -> String {
    let written = |items| prettyplease::unparse(&File { shebang: None, attrs: Vec::new(), items });
    let text = parts(surface).into_iter().map(written).collect::<Vec<_>>().join("\n");
    let lines = text.lines().map(|line| match line.trim_start().strip_prefix(PRIVATE) {
        Some(_) => line.replace(&format!("{PRIVATE}: (),"), "// private fields"),
        None => line.replace(&format!("({PRIVATE})"), "(/* private fields */)"),
    });
    lines.map(|line| line + "\n").collect()
}

/// The entries by name, each followed by its implementations; then the modules.
fn parts(surface: &Surface) -> Vec<Vec<Item>> {
    let entries = surface.entries.iter().flat_map(|(name, entries)| entries.iter().map(move |entry| (name, entry)));
    let modules = surface.modules.iter().map(|(name, inner)| vec![module(name, inner)]);
    let mut parts: Vec<Vec<Item>> = Vec::new();
    for part in entries.map(|(name, entry)| of_entry(name, entry)).chain(modules) {
        match parts.last_mut() {
            Some(last) if are_re_exports(last) && are_re_exports(&part) => last.extend(part),
            _ => parts.push(part),
        }
    }
    parts
}

/// Lists of re-exports stand together, without blank lines.
fn are_re_exports(part: &[Item]) -> bool {
    part.iter().all(|item| matches!(item, Item::Use(_)))
}

fn module(name: &str, surface: &Surface) -> Item {
    let ident = syn::Ident::new(name, Span::call_site());
    let content = parts(surface).concat();
    let module: ItemMod = parse_quote!(pub mod #ident { #(#content)* });
    Item::Mod(module)
}

fn of_entry(name: &str, entry: &Entry) -> Vec<Item> {
    let mut inherent: Vec<Item> = Vec::new();
    let mut of_traits: Vec<Item> = Vec::new();
    for block in &entry.impls {
        match without_bodies(block) {
            Some(block) if block.trait_.is_none() => inherent.push(Item::Impl(block)),
            Some(block) => of_traits.push(Item::Impl(block)),
            None => {}
        }
    }
    of_traits.sort_by_key(|block| quote::ToTokens::to_token_stream(block).to_string());
    [vec![shown(name, entry)], inherent, of_traits].concat()
}

/// The item itself, under the name by which it is public.
fn shown(name: &str, entry: &Entry) -> Item {
    let ident = || syn::Ident::new(name, Span::call_site());
    let mut item = entry.item.clone();
    let attributes = match &mut item {
        Item::Const(constant) => {
            constant.ident = ident();
            *constant.expr = hidden_value();
            &mut constant.attrs
        }
        Item::Static(of_program) => {
            of_program.ident = ident();
            *of_program.expr = hidden_value();
            &mut of_program.attrs
        }
        Item::Enum(choice) => {
            choice.ident = ident();
            choice.variants.iter_mut().for_each(|variant| {
                keep_telling(&mut variant.attrs);
                variant.fields.iter_mut().for_each(|field| keep_telling(&mut field.attrs));
            });
            &mut choice.attrs
        }
        Item::Fn(function) => {
            function.sig.ident = ident();
            *function.block = no_body();
            plain_arguments(&mut function.sig);
            &mut function.attrs
        }
        Item::Struct(structure) => {
            structure.ident = ident();
            hide_fields(structure);
            &mut structure.attrs
        }
        Item::Trait(definition) => {
            definition.ident = ident();
            hide_bodies(definition);
            &mut definition.attrs
        }
        Item::Type(alias) => {
            alias.ident = ident();
            &mut alias.attrs
        }
        Item::Use(import) => &mut import.attrs,
        _ => return item,
    };
    keep_telling(attributes);
    attributes.splice(0..0, entry.cfgs.iter().cloned());
    item
}

/// Those that matter to a caller.
fn keep_telling(attributes: &mut Vec<Attribute>) {
    const KEPT: [&str; 8] =
        ["cfg", "derive", "must_use", "non_exhaustive", "deprecated", "default", "proc_macro", "proc_macro_attribute"];
    attributes.retain(|attribute| KEPT.iter().any(|name| attribute.path().is_ident(name)));
}

fn hide_fields(structure: &mut ItemStruct) {
    let is_private = |field: &syn::Field| !matches!(field.vis, Visibility::Public(_)) || is_hidden(&field.attrs);
    let hides = structure.fields.iter().any(is_private);
    match &mut structure.fields {
        Fields::Named(fields) => {
            fields.named = fields.named.iter().filter(|field| !is_private(field)).cloned().collect();
            fields.named.iter_mut().for_each(|field| keep_telling(&mut field.attrs));
            if hides {
                let private = syn::Ident::new(PRIVATE, Span::call_site());
                fields.named.push(parse_quote_field(&private));
            }
        }
        Fields::Unnamed(fields) if hides => {
            let private = syn::Ident::new(PRIVATE, Span::call_site());
            *fields = parse_quote!((#private));
        }
        Fields::Unnamed(_) | Fields::Unit => {}
    }
}

fn parse_quote_field(name: &syn::Ident) -> syn::Field {
    let fields: syn::FieldsNamed = parse_quote!({ #name: () });
    fields.named[0].clone()
}

fn hide_bodies(definition: &mut ItemTrait) {
    definition.items.retain(|item| !is_hidden(attributes_of(item)));
    for item in &mut definition.items {
        match item {
            TraitItem::Fn(function) => {
                function.default = function.default.as_ref().map(|_| no_body());
                keep_telling(&mut function.attrs);
            }
            TraitItem::Const(constant) => keep_telling(&mut constant.attrs),
            TraitItem::Type(associated) => keep_telling(&mut associated.attrs),
            _ => {}
        }
    }
}

fn attributes_of(item: &TraitItem) -> &[Attribute] {
    match item {
        TraitItem::Fn(function) => &function.attrs,
        TraitItem::Const(constant) => &constant.attrs,
        TraitItem::Type(associated) => &associated.attrs,
        _ => &[],
    }
}

/// The public part of an inherent implementation, or the head of a trait implementation.
///
/// None where nothing is public.
fn without_bodies(block: &ItemImpl) -> Option<ItemImpl> {
    let mut block = block.clone();
    keep_telling(&mut block.attrs);
    block.items = match block.trait_ {
        Some(_) => Vec::new(),
        None => block.items.iter().filter_map(public_part).collect(),
    };
    (block.trait_.is_some() || !block.items.is_empty()).then_some(block)
}

fn public_part(item: &ImplItem) -> Option<ImplItem> {
    let mut item = item.clone();
    let (visibility, attributes) = match &mut item {
        ImplItem::Fn(function) => {
            function.block = no_body();
            plain_arguments(&mut function.sig);
            (&function.vis, &mut function.attrs)
        }
        ImplItem::Const(constant) => {
            constant.expr = hidden_value();
            (&constant.vis, &mut constant.attrs)
        }
        _ => return None,
    };
    if !matches!(visibility, Visibility::Public(_)) || is_hidden(attributes) {
        return None;
    }
    keep_telling(attributes);
    Some(item)
}

/// Whether a function changes its own copy of an argument is its own matter.
fn plain_arguments(signature: &mut Signature) {
    for argument in &mut signature.inputs {
        match argument {
            FnArg::Receiver(receiver) if receiver.reference.is_none() => receiver.mutability = None,
            FnArg::Typed(argument) => {
                if let Pat::Ident(name) = &mut *argument.pat {
                    name.mutability = None;
                }
            }
            FnArg::Receiver(_) => {}
        }
    }
}

fn no_body() -> Block {
    parse_quote!({})
}

fn hidden_value() -> Expr {
    parse_quote!(_)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::modules::Modules;
    use crate::api::surface;

    fn listed(source: &str) -> String {
        text(&surface::of(&Modules::of(source)))
    }

    #[test]
    fn bodies_private_fields_and_private_methods_are_left_out() {
        let source = "/// Why.\npub struct A { pub a: u8, b: u8 }\nimpl A {\n    #[inline]\n    pub fn f(mut self) -> u8 { 1 }\n    \
                      fn g() {}\n}\npub struct B(u8);";
        let expected = "pub struct A {\n    pub a: u8,\n    // private fields\n}\nimpl A {\n    pub fn f(self) -> u8 {}\n}\n\n\
                        pub struct B(/* private fields */);\n";
        assert_eq!(listed(source), expected);
    }

    #[test]
    fn what_is_public_in_a_private_module_is_listed_where_it_is_re_exported() {
        let source = "mod a { pub struct A; pub struct B; impl A { pub fn f() {} } }\npub use a::A as C;\npub mod b { pub use super::a::B; }";
        assert_eq!(
            listed(source),
            "pub struct C;\nimpl A {\n    pub fn f() {}\n}\n\npub mod b {\n    pub struct B;\n}\n"
        );
    }

    #[test]
    fn hidden_items_and_tests_are_not_listed() {
        let source = "#[doc(hidden)]\npub mod a { pub fn f() {} }\n#[doc(hidden)]\npub fn g() {}\n#[cfg(test)]\npub fn h() {}\n#[cfg(doc)]\npub mod j {}\npub(crate) fn i() {}";
        assert_eq!(listed(source), "");
    }

    #[test]
    fn an_implementation_belongs_to_its_type_and_not_to_another_of_that_name() {
        let source =
            "mod a { pub struct A; impl Clone for A {} }\nmod b { pub struct A; impl Drop for A {} }\npub use b::A;";
        assert_eq!(listed(source), "pub struct A;\nimpl Drop for A {}\n");
    }

    #[test]
    fn an_implementation_for_a_foreign_type_is_listed_with_the_trait() {
        let source =
            "pub trait Ext { fn f(&self); }\nimpl Ext for other::Type { fn f(&self) {} }\nimpl<F: Fn()> Ext for F {}";
        let expected =
            "pub trait Ext {\n    fn f(&self);\n}\nimpl<F: Fn()> Ext for F {}\nimpl Ext for other::Type {}\n";
        assert_eq!(listed(source), expected);
    }

    #[test]
    fn cfgs_of_modules_and_re_exports_are_shown() {
        let source =
            "#[cfg(x)]\nmod a { pub struct A; }\n#[cfg(not(x))]\nmod a { pub struct A(u8); }\n#[cfg(y)]\npub use a::A;";
        let expected =
            "#[cfg(x)]\n#[cfg(y)]\npub struct A;\n\n#[cfg(not(x))]\n#[cfg(y)]\npub struct A(/* private fields */);\n";
        assert_eq!(listed(source), expected);
    }

    #[test]
    fn each_of_two_files_has_its_own_implementations() {
        let source = "#[cfg(x)]\nmod a { pub struct A; impl Drop for A {} }\n#[cfg(not(x))]\nmod a { pub struct A; }\npub use a::A;";
        let expected = "#[cfg(x)]\npub struct A;\n#[cfg(x)]\nimpl Drop for A {}\n\n#[cfg(not(x))]\npub struct A;\n";
        assert_eq!(listed(source), expected);
    }

    #[test]
    fn a_function_may_be_named_as_its_module() {
        let source = "mod a { pub struct B; pub fn a() {} }\npub use a::{B, a};";
        assert_eq!(listed(source), "pub struct B;\n\npub fn a() {}\n");
    }

    #[test]
    fn re_exports_of_other_crates_are_listed_as_they_are() {
        let source = "pub use other::{A, b as c};\n#[cfg(x)]\npub use third as d;\npub use fourth::*;";
        let expected =
            "pub use fourth::*;\npub use other::A;\npub use other::b as c;\n#[cfg(x)]\npub use third as d;\n";
        assert_eq!(listed(source), expected);
    }

    #[test]
    fn types_in_pin_project_are_listed() {
        let source = "pin_project! {\n    pub struct A<F> { #[pin] future: F }\n    impl<F> PinnedDrop for A<F> {}\n}";
        assert_eq!(listed(source), "pub struct A<F> {\n    // private fields\n}\n");
    }
}
