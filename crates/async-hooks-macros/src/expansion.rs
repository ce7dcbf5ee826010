//! The function that an attribute expands to.
//!
//! It builds a runtime, and blocks on the body of the `async fn`.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Error, ItemFn};

use crate::arguments::{Arguments, Attribute, Flavor, Leaks, UnhandledPanic};
use crate::function;

pub(crate) fn main(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expanded(Attribute::Main, arguments, &item, expanded_main)
}

pub(crate) fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expanded(Attribute::Test, arguments, &item, expanded_test)
}

/// After an error the function stays as it is, so that editors go on to help with it.
fn expanded(
    attribute: Attribute,
    arguments: TokenStream,
    item: &TokenStream,
    expand: fn(&Arguments, &ItemFn) -> TokenStream,
) -> TokenStream {
    let parsed = function::parse(attribute, item.clone())
        .and_then(|function| Ok((Arguments::parse(attribute, arguments)?, function)));
    match parsed {
        Ok((arguments, function)) => expand(&arguments, &function),
        Err(error) => after_error(attribute, item, &error),
    }
}

fn after_error(attribute: Attribute, item: &TokenStream, error: &Error) -> TokenStream {
    let error = error.to_compile_error();
    match syn::parse2::<ItemFn>(item.clone()) {
        // An `async fn main` would be a second error, at another place.
        Ok(mut function) if attribute == Attribute::Main => {
            function.sig.asyncness = None;
            function.sig.inputs.clear();
            function.block = syn::parse_quote!({ ::core::unreachable!() });
            quote!(#error #function)
        }
        Ok(function) => quote!(#error #[allow(dead_code)] #function),
        Err(_) => quote!(#error #item),
    }
}

fn expanded_main(arguments: &Arguments, function: &ItemFn) -> TokenStream {
    let (block, output) = (&function.block, function::output(function));
    // Names the type of the future's output, so that a wrong result is reported where it is and not at the attribute.
    let result = Span::call_site().located_at(function::result(function));
    let check = function::has_plain_output(function)
        .then(|| quote_spanned!(result=> if false { let _: &dyn ::core::future::Future<Output = #output> = &body; }));
    let runtime = runtime(arguments);
    let run = quote_spanned!(result=> return runtime.block_on(body););
    let body = quote! {
        let body = async #block;
        #check
        #[allow(clippy::expect_used, clippy::diverging_sub_expression, clippy::needless_return, clippy::unwrap_in_result)]
        {
            let runtime = #runtime.expect("Failed building the Runtime");
            #run
        }
    };
    with_body(function, &TokenStream::new(), &body)
}

fn expanded_test(arguments: &Arguments, function: &ItemFn) -> TokenStream {
    let (block, output) = (&function.block, function::output(function));
    let runtime = runtime(arguments);
    let run = if cfg!(feature = "diagnostics") && arguments.leaks != Leaks::Ignore {
        checked_for_leaks(arguments, function)
    } else {
        quote!(return runtime.block_on(body);)
    };
    let body = quote! {
        // Behind a pointer, so that `block_on` is compiled once for all tests with this output.
        let body = ::core::pin::pin!(async #block);
        let body: ::core::pin::Pin<&mut dyn ::core::future::Future<Output = #output>> = body;
        #[allow(clippy::expect_used, clippy::diverging_sub_expression, clippy::needless_return, clippy::unwrap_in_result)]
        {
            let runtime = #runtime.expect("Failed building the Runtime");
            #run
        }
    };
    with_body(function, &quote!(#[::core::prelude::v1::test]), &body)
}

/// Runs the test, and fails if something outlives it.
///
/// The panic has the location of the function's name, because the test leaks and no line of ours.
fn checked_for_leaks(arguments: &Arguments, function: &ItemFn) -> TokenStream {
    let root = &arguments.root;
    let (fail_on_unseen, and_no_unseen) = match arguments.leaks {
        Leaks::FailOnUnseen => (quote!(.fail_on_unseen()), quote!(&&leaks.unseen_tasks() == 0)),
        _ => Default::default(),
    };
    let assertion = quote_spanned! {function.sig.ident.span()=>
        ::core::assert!(leaks.is_empty() #and_no_unseen, "something outlives the test\n\n{}", leaks);
    };
    quote! {
        let (output, leaks) = runtime.block_on(#root::diagnostics::leak_test()#fail_on_unseen.check(body));
        #assertion
        return output;
    }
}

/// An expression for the result of building the runtime.
fn runtime(arguments: &Arguments) -> TokenStream {
    let root = &arguments.root;
    let entry = quote!(#root::tokio::entry);
    let builder = match arguments.flavor {
        Flavor::MultiThread => quote!(#entry::multi_thread()),
        Flavor::CurrentThread | Flavor::Local => quote!(#entry::current_thread()),
    };
    let worker_threads = arguments.worker_threads.as_ref().map(|count| quote!(builder.worker_threads(#count);));
    let start_paused = arguments.start_paused.as_ref().map(|switch| quote!(builder.start_paused(#switch);));
    let name = arguments.name.as_ref().map(|name| quote!(builder.name(#name);));
    let unhandled_panic = arguments.unhandled_panic.map(|(unhandled_panic, word)| {
        let unhandled_panic = match unhandled_panic {
            UnhandledPanic::Ignore => quote!(Ignore),
            UnhandledPanic::ShutdownRuntime => quote!(ShutdownRuntime),
        };
        quote_spanned!(word=> #entry::unhandled_panic(&mut builder, #entry::UnhandledPanic::#unhandled_panic);)
    });
    let build = match arguments.flavor {
        Flavor::MultiThread | Flavor::CurrentThread => quote!(builder.build()),
        Flavor::Local => quote!(builder.build_local(::core::default::Default::default())),
    };
    quote!({
        let mut builder = #builder;
        #worker_threads #start_paused #name #unhandled_panic
        #build
    })
}

/// The function with another body, and no longer `async`.
fn with_body(function: &ItemFn, attribute: &TokenStream, body: &TokenStream) -> TokenStream {
    let ItemFn { attrs, vis, sig, .. } = function;
    let mut signature = sig.clone();
    signature.asyncness = None;
    quote!(#attribute #(#attrs)* #vis #signature { #body })
}
