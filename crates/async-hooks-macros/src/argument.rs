//! One argument of an attribute: a name, and a literal behind `=`.

use std::fmt;
use std::str::FromStr;

use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Ident, Lit, LitBool, LitInt, LitStr, Token};

/// `flavor = "multi_thread"`. What does not fit is an error at the word that does not.
pub(crate) struct Argument {
    pub(crate) name: Ident,
    /// `None` if the name stands alone.
    value: Option<Lit>,
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        // `crate` is a keyword.
        let name = input.call(Ident::parse_any)?;
        if input.parse::<Option<Token![=]>>()?.is_none() {
            return Ok(Argument { name, value: None });
        }
        let value = input
            .parse()
            .map_err(|error| Error::new(error.span(), "expected a literal, such as a string in quotes"))?;
        Ok(Argument { name, value: Some(value) })
    }
}

impl Argument {
    /// Returns the number, if it is one and not 0.
    pub(crate) fn count(&self) -> syn::Result<LitInt> {
        match &self.value {
            Some(Lit::Int(count)) if count.base10_parse::<usize>().is_ok_and(|count| count > 0) => Ok(count.clone()),
            _ => Err(self.refused("a number from 1 up")),
        }
    }

    pub(crate) fn switch(&self) -> syn::Result<LitBool> {
        match &self.value {
            Some(Lit::Bool(switch)) => Ok(switch.clone()),
            _ => Err(self.refused("`true` or `false`")),
        }
    }

    pub(crate) fn text(&self) -> syn::Result<LitStr> {
        match &self.value {
            Some(Lit::Str(text)) => Ok(text.clone()),
            _ => Err(self.refused("a string")),
        }
    }

    pub(crate) fn path(&self) -> syn::Result<syn::Path> {
        self.text()?.parse().map_err(|_| self.refused("a path, such as `\"my_crate::async_hooks\"`"))
    }

    /// Returns the one of some words that the string is; `words` lists them for the error.
    pub(crate) fn word<W: FromStr>(&self, words: &str) -> syn::Result<W> {
        let text = self.text().ok().map(|text| text.value());
        text.and_then(|text| text.parse().ok()).ok_or_else(|| self.refused(words))
    }

    fn refused(&self, expected: impl fmt::Display) -> Error {
        match &self.value {
            Some(value) => Error::new(value.span(), format!("`{}` is {expected}", self.name)),
            None => self.error(format!("`{0}` needs a value: write `{0} = …`, which is {expected}", self.name)),
        }
    }

    /// An error at the name of the argument.
    pub(crate) fn error(&self, message: impl fmt::Display) -> Error {
        Error::new(self.name.span(), message)
    }
}
