//! The function below an attribute.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::spanned::Spanned;
use syn::{Error, ItemFn, ReturnType, Type};

use crate::arguments::Attribute;

/// Parses the function, and checks that the attribute may be on it.
pub(crate) fn parse(attribute: Attribute, item: TokenStream) -> syn::Result<ItemFn> {
    let name = attribute.name();
    let function: ItemFn = syn::parse2(item.clone()).map_err(|error| no_function(attribute, item, error))?;
    if function.sig.asyncness.is_none() {
        let message = format!("`#[{name}]` goes on an `async fn`: write `async fn {}`", function.sig.ident);
        return Err(Error::new_spanned(function.sig.fn_token, message));
    }
    if attribute == Attribute::Main && function.sig.ident == "main" && !function.sig.inputs.is_empty() {
        let message = "`main` takes no arguments: read them with `std::env::args`";
        return Err(Error::new_spanned(&function.sig.inputs, message));
    }
    if attribute == Attribute::Test {
        if let Some(second) = function.attrs.iter().find(|attribute| attribute.path().is_ident("test")) {
            return Err(Error::new_spanned(second, format!("`#[{name}]` makes it a test already: delete `#[test]`")));
        }
    }
    Ok(function)
}

/// The error for an item that does not parse as a function.
///
/// A function with a syntax error keeps the parser's own error.
fn no_function(attribute: Attribute, item: TokenStream, error: Error) -> Error {
    let is_function = item.clone().into_iter().any(|token| matches!(&token, TokenTree::Ident(word) if word == "fn"));
    if is_function {
        return error;
    }
    let item: TokenStream = item.into_iter().take(1).collect();
    Error::new_spanned(item, format!("`#[{}]` goes on an `async fn`, and this is none", attribute.name()))
}

/// Where the function's result stands: its last statement, or its body if that is empty.
pub(crate) fn result(function: &ItemFn) -> Span {
    function.block.stmts.last().map_or_else(|| function.block.span(), Spanned::span)
}

/// The type that the function returns.
pub(crate) fn output(function: &ItemFn) -> TokenStream {
    match &function.sig.output {
        ReturnType::Default => quote::quote!(()),
        ReturnType::Type(_, output) => output.to_token_stream(),
    }
}

/// Whether the type can be written anywhere: not if it is `!`, or contains an `impl Trait`.
pub(crate) fn has_plain_output(function: &ItemFn) -> bool {
    match &function.sig.output {
        ReturnType::Default => true,
        ReturnType::Type(_, output) => !matches!(**output, Type::Never(_)) && !has_impl(output.to_token_stream()),
    }
}

fn has_impl(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "impl",
        TokenTree::Group(group) => has_impl(group.stream()),
        _ => false,
    })
}
