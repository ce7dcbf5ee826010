//! The answer of a command: text for people, or JSON for scripts.

mod visible_json;

pub(crate) mod life;

use std::fmt::Display;
use std::io::{self, BufWriter, Write};

use anstream::{AutoStream, ColorChoice};
use serde::Serialize;

use crate::answer::visible_json::VisibleJson;
use crate::failure::Failure;

/// How answers are printed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Format {
    Text,
    Json,
}

impl Format {
    /// Whether the standard output shows colours: it is a terminal, and `NO_COLOR` is not set.
    pub(crate) fn is_coloured() -> bool {
        AutoStream::choice(&io::stdout()) != ColorChoice::Never
    }

    /// Prints the answer, as text or as one line of JSON.
    pub(crate) fn print<J: Serialize>(self, text: impl Display, json: impl FnOnce() -> J) -> Result<(), Failure> {
        let mut out = BufWriter::new(io::stdout().lock());
        match self {
            Format::Text => write!(out, "{text}")?,
            Format::Json => {
                let mut serializer = serde_json::Serializer::with_formatter(&mut out, VisibleJson);
                json().serialize(&mut serializer).map_err(io::Error::from)?;
                writeln!(out)?;
            }
        }
        Ok(out.flush()?)
    }
}
