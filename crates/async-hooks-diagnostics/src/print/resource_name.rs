//! How a resource is named in running text.

use std::fmt;

use async_hooks_core::{AsyncId, Resource};
use async_hooks_tools::Escaped;

use crate::print::palette::{Painted, Palette};
use crate::print::short_location::ShortLocation;

/// Displays as `tokio::task 12 at src/main.rs:3:5`, or as `root 1`.
pub(crate) struct ResourceName<'a>(pub(crate) &'a Resource, pub(crate) &'a Palette);

impl fmt::Display for ResourceName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ResourceName(resource, palette) = self;
        write!(f, "{} {}", Painted(palette.kind, Escaped(resource.kind())), resource.async_id())?;
        match resource.async_id() {
            AsyncId::ROOT => Ok(()),
            _ => write!(f, " at {}", Painted(palette.place, ShortLocation(resource.location()))),
        }
    }
}
