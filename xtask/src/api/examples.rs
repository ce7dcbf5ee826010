//! Public items that no program of their documentation uses.

use syn::{Attribute, Expr, ExprLit, ImplItem, Item, Lit, Meta, TraitItem, Visibility};

use super::surface::{Entry, Surface, is_hidden};

/// The types, functions, macros and methods without an example, by their paths.
///
/// A method may be shown by the program of its type, or of another method of that. Implementations of traits need none.
pub(super) fn missing(surface: &Surface) -> Vec<String> {
    let entries = surface.entries.iter().flat_map(|(name, entries)| entries.iter().map(move |entry| (name, entry)));
    let mut missing = Vec::from_iter(entries.flat_map(|(name, entry)| missing_of(name, entry)));
    for (module, inner) in &surface.modules {
        missing.extend(self::missing(inner).into_iter().map(|path| format!("{module}::{path}")));
    }
    missing
}

fn missing_of(name: &str, entry: &Entry) -> Vec<String> {
    let Some(attributes) = documented(&entry.item) else { return Vec::new() };
    let methods = methods(entry);
    let programs = methods.iter().map(|method| program(method.attributes)).chain([program(attributes)]);
    let programs = Vec::from_iter(programs.flatten());
    let is_shown = |method: &Method<'_>| {
        program(method.attributes).is_some() || programs.iter().any(|program| uses(program, &method.name))
    };
    let unshown = methods.iter().filter(|method| !is_shown(method)).map(|method| format!("{name}::{}", method.name));
    // A type without a program of its own is shown by those of its methods.
    programs.is_empty().then(|| name.to_owned()).into_iter().chain(unshown).collect()
}

/// The attributes of an item that needs an example.
fn documented(item: &Item) -> Option<&[Attribute]> {
    match item {
        Item::Fn(item) => Some(&item.attrs),
        Item::Struct(item) => Some(&item.attrs),
        Item::Enum(item) => Some(&item.attrs),
        Item::Macro(item) => Some(&item.attrs),
        Item::Trait(item) => Some(&item.attrs),
        _ => None,
    }
}

struct Method<'a> {
    name: String,
    attributes: &'a [Attribute],
}

/// The public methods of a type, or the methods of a trait.
fn methods(entry: &Entry) -> Vec<Method<'_>> {
    let inherent = entry.impls.iter().filter(|block| block.trait_.is_none()).flat_map(|block| &block.items);
    let of_type = inherent.filter_map(|item| match item {
        ImplItem::Fn(method) if matches!(method.vis, Visibility::Public(_)) => Some((&method.sig, &method.attrs)),
        _ => None,
    });
    let of_trait = match &entry.item {
        Item::Trait(item) => item.items.as_slice(),
        _ => &[],
    };
    let of_trait = of_trait.iter().filter_map(|item| match item {
        TraitItem::Fn(method) => Some((&method.sig, &method.attrs)),
        _ => None,
    });
    let all = of_type.chain(of_trait).filter(|(_, attributes)| !is_hidden(attributes));
    all.map(|(signature, attributes)| Method { name: signature.ident.to_string(), attributes }).collect()
}

/// Whether the program calls a method of this name, names it in a path, or implements it.
fn uses(program: &str, name: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    program.match_indices(name).any(|(at, _)| {
        let (before, behind) = (&program[..at], &program[at + name.len()..]);
        [".", "::", "fn "].iter().any(|start| before.ends_with(start)) && !behind.starts_with(is_name)
    })
}

/// What a reader sees of the programs of a documentation, if they assert something.
///
/// An included page is taken for such a program, of which nothing is known.
fn program(attributes: &[Attribute]) -> Option<String> {
    let documentation = Vec::from_iter(attributes.iter().filter_map(documentation)).join("\n");
    let mut program = String::new();
    let mut block = None;
    for line in documentation.lines().map(str::trim_start) {
        block = match (line.strip_prefix("```"), block) {
            (Some(language), None) => Some(language),
            (Some(_), Some(_)) => None,
            (None, block) => block,
        };
        if block.is_some_and(is_rust) && !line.starts_with("# ") {
            program += &format!("{line}\n");
        }
    }
    ASSERTIONS.iter().any(|assertion| program.contains(assertion)).then_some(program)
}

/// What a program says that claims something.
const ASSERTIONS: [&str; 4] = ["assert", "unreachable!", "compile_fail", INCLUDED];

/// In place of an included page.
const INCLUDED: &str = "included page";

/// Whether rustdoc compiles and runs a block with this behind its fence.
fn is_rust(language: &str) -> bool {
    language.split(',').all(|word| ["", "rust", "compile_fail"].contains(&word) || word.starts_with("E0"))
}

fn documentation(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(doc) = &attribute.meta else { return None };
    match &doc.value {
        Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) if doc.path.is_ident("doc") => Some(line.value()),
        Expr::Macro(_) if doc.path.is_ident("doc") => Some(format!("```\n{INCLUDED}\n```")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::modules::Modules;
    use crate::api::surface;

    /// What is missing of a type with two methods; the texts document the type and the methods.
    fn missing_of_type([of_type, of_f, of_g]: [&str; 3]) -> Vec<String> {
        let doc = |text: &str| format!("#[doc = {text:?}]");
        let methods = format!("{} pub fn f(&self) {{}} {} pub fn g(&self) {{}}", doc(of_f), doc(of_g));
        missing_in(&format!("{} pub struct A; impl A {{ {methods} fn private(&self) {{}} }}", doc(of_type)))
    }

    fn missing_in(source: &str) -> Vec<String> {
        missing(&surface::of(&Modules::of(source)))
    }

    #[test]
    fn a_method_is_shown_by_its_own_program_by_that_of_its_type_or_of_another_method() {
        assert_eq!(missing_of_type(["Why.", "Why.", "Why."]), ["A", "A::f", "A::g"]);
        assert_eq!(missing_of_type(["```\nassert!(a.f());\n```", "", ""]), ["A::g"]);
        assert_eq!(missing_of_type(["", "```\nassert!(true);\n```", ""]), ["A::g"]);
        assert_eq!(missing_of_type(["", "```\nassert!(a.f() == a.g());\n```", ""]), [""; 0]);
        assert_eq!(missing_of_type(["```\nassert!(a.g().is_some());\n```", "```\nassert!(a.f());\n```", ""]), [""; 0]);
    }

    #[test]
    fn a_longer_name_another_language_and_a_hidden_line_show_nothing() {
        assert_eq!(missing_of_type(["```\nassert!(a.f() && a.g_all());\n```", "", ""]), ["A::g"]);
        assert_eq!(
            missing_of_type(["```text\nassert a.f()\n```\na.g(), with an assertion", "", ""]),
            ["A", "A::f", "A::g"]
        );
        assert_eq!(missing_of_type(["```\nassert!(a.f());\n# a.g();\n```", "", ""]), ["A::g"]);
    }

    #[test]
    fn a_program_that_asserts_nothing_shows_nothing() {
        assert_eq!(missing_of_type(["```\na.f();\n# assert!(a.g());\n```", "", ""]), ["A", "A::f", "A::g"]);
        assert_eq!(missing_of_type(["```compile_fail,E0277\na.f();\na.g();\n```", "", ""]), [""; 0]);
    }

    #[test]
    fn a_method_of_a_trait_is_shown_where_it_is_implemented_or_named() {
        let shown = "```\nimpl A for B { fn f() {} }\nassert!(all(A::g));\n```";
        let source = |doc| format!("#[doc = {doc:?}] pub trait A {{ fn f(); fn g(); #[doc(hidden)] fn h(); }}");
        assert_eq!(missing_in(&source(shown)), [""; 0]);
        assert_eq!(missing_in(&source("Why.")), ["A", "A::f", "A::g"]);
    }

    #[test]
    fn what_is_missing_in_a_module_is_named_by_its_path() {
        assert_eq!(missing_in("pub mod a { pub fn f() {} }"), ["a::f"]);
        assert_eq!(missing_in("pub mod a { #[doc = include_str!(\"a.md\")] pub fn f() {} }"), [""; 0]);
    }
}
