//! The arguments of an attribute, and which of them fit together.

use std::str::FromStr;

use proc_macro2::{Span, TokenStream};
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{LitBool, LitInt, LitStr, Path, Token, parse_quote};

use crate::argument::Argument;

/// Which attribute it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attribute {
    Main,
    Test,
}

impl Attribute {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Attribute::Main => "async_hooks::main",
            Attribute::Test => "async_hooks::test",
        }
    }

    fn default_flavor(self) -> Flavor {
        match self {
            Attribute::Main => Flavor::MultiThread,
            Attribute::Test => Flavor::CurrentThread,
        }
    }

    fn known(self) -> &'static str {
        match self {
            Attribute::Main => "`flavor`, `worker_threads`, `start_paused`, `unhandled_panic`, `name`, `crate`",
            Attribute::Test => {
                "`flavor`, `worker_threads`, `start_paused`, `unhandled_panic`, `name`, `crate`, `leaks`"
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavor {
    MultiThread,
    CurrentThread,
    Local,
}

impl FromStr for Flavor {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        match word {
            "multi_thread" => Ok(Flavor::MultiThread),
            "current_thread" => Ok(Flavor::CurrentThread),
            "local" => Ok(Flavor::Local),
            _ => Err(()),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnhandledPanic {
    Ignore,
    ShutdownRuntime,
}

impl FromStr for UnhandledPanic {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        match word {
            "ignore" => Ok(UnhandledPanic::Ignore),
            "shutdown_runtime" => Ok(UnhandledPanic::ShutdownRuntime),
            _ => Err(()),
        }
    }
}

/// What a test does about leaks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaks {
    /// It fails if something that it can see outlives it.
    Fail,
    /// It fails for tasks of its runtime, too, that nothing tracks.
    FailOnUnseen,
    Ignore,
}

impl FromStr for Leaks {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        match word {
            "ignore" => Ok(Leaks::Ignore),
            "fail_on_unseen" => Ok(Leaks::FailOnUnseen),
            _ => Err(()),
        }
    }
}

pub(crate) struct Arguments {
    pub(crate) flavor: Flavor,
    pub(crate) worker_threads: Option<LitInt>,
    pub(crate) start_paused: Option<LitBool>,
    pub(crate) unhandled_panic: Option<(UnhandledPanic, Span)>,
    pub(crate) name: Option<LitStr>,
    /// Where `async_hooks` is.
    pub(crate) root: Path,
    pub(crate) leaks: Leaks,
}

impl Arguments {
    fn of(attribute: Attribute) -> Self {
        Arguments {
            flavor: attribute.default_flavor(),
            worker_threads: None,
            start_paused: None,
            unhandled_panic: None,
            name: None,
            root: parse_quote!(::async_hooks),
            leaks: Leaks::Fail,
        }
    }

    pub(crate) fn parse(attribute: Attribute, tokens: TokenStream) -> syn::Result<Self> {
        let given = Punctuated::<Argument, Token![,]>::parse_terminated.parse2(tokens)?;
        let mut arguments = Arguments::of(attribute);
        for (number, argument) in given.iter().enumerate() {
            if given.iter().take(number).any(|earlier| earlier.name == argument.name) {
                return Err(argument.error(format!("`{}` is given twice; delete one", argument.name)));
            }
            arguments.set(attribute, argument)?;
        }
        given.iter().try_for_each(|argument| arguments.check(attribute, argument))?;
        Ok(arguments)
    }

    fn set(&mut self, attribute: Attribute, argument: &Argument) -> syn::Result<()> {
        match argument.name.to_string().as_str() {
            "flavor" => self.flavor = argument.word("`\"multi_thread\"`, `\"current_thread\"` or `\"local\"`")?,
            "worker_threads" => self.worker_threads = Some(argument.count()?),
            "start_paused" => self.start_paused = Some(argument.switch()?),
            "unhandled_panic" => {
                let word = argument.word("`\"ignore\"` or `\"shutdown_runtime\"`")?;
                self.unhandled_panic = Some((word, argument.name.span()));
            }
            "name" => self.name = Some(argument.text()?),
            "crate" => self.root = argument.path()?,
            "leaks" if attribute == Attribute::Test => self.set_leaks(argument)?,
            flavor @ ("multi_thread" | "current_thread" | "local") => {
                return Err(argument.error(format!("write `flavor = \"{flavor}\"`")));
            }
            unknown => {
                let (name, known) = (attribute.name(), attribute.known());
                return Err(argument.error(format!("unknown argument `{unknown}`; `#[{name}]` takes {known}")));
            }
        }
        Ok(())
    }

    fn set_leaks(&mut self, argument: &Argument) -> syn::Result<()> {
        if !cfg!(feature = "diagnostics") {
            let feature = "write `async-hooks = { version = \"…\", features = [\"diagnostics\"] }` in Cargo.toml";
            return Err(argument.error(format!(
                "`leaks` needs the feature `diagnostics` of async-hooks: {feature}, or delete `leaks`, since without it no test \
                 fails for a leak"
            )));
        }
        self.leaks = argument.word("`\"ignore\"` or `\"fail_on_unseen\"`; without it a test that leaks fails")?;
        Ok(())
    }

    /// Checks that the argument fits the flavor, which may be given behind it.
    fn check(&self, attribute: Attribute, argument: &Argument) -> syn::Result<()> {
        let is_multi_thread = self.flavor == Flavor::MultiThread;
        let needed = match argument.name.to_string().as_str() {
            "worker_threads" if !is_multi_thread => "multi_thread",
            "start_paused" | "unhandled_panic" if is_multi_thread => "current_thread",
            _ => return Ok(()),
        };
        let (name, attribute) = (&argument.name, attribute.name());
        Err(argument.error(format!(
            "`{name}` needs another runtime: write `#[{attribute}(flavor = \"{needed}\", {name} = …)]`"
        )))
    }
}
