//! How a resource is named in running text.

use std::fmt;

use async_hooks_core::{AsyncId, Resource};

use crate::print::palette::{Painted, Palette};
use crate::print::place::Place;

/// Writes `tokio::task 12 at src/main.rs:3:5`, or `root 1`.
pub(crate) fn write_name(f: &mut fmt::Formatter<'_>, resource: &Resource) -> fmt::Result {
    let palette = Palette::of(f);
    write!(f, "{} {}", Painted(palette.kind, resource.kind()), resource.async_id())?;
    match resource.async_id() {
        AsyncId::ROOT => Ok(()),
        _ => write!(f, " at {}", Painted(palette.place, Place(resource.location()))),
    }
}
