//! What every report implements: drawing itself with a palette.

use std::fmt;

use crate::print::palette::Palette;

/// Writes a report in the colours of a palette.
///
/// Only the reports of this crate implement it, so that a method can be added.
pub trait Draw: fmt::Display {
    #[doc(hidden)]
    fn draw(&self, f: &mut fmt::Formatter<'_>, palette: &Palette) -> fmt::Result;
}

/// A report with its palette, to be displayed.
pub(crate) struct Drawn<'a, R: ?Sized>(pub(crate) &'a R, pub(crate) &'a Palette);

impl<R: Draw + ?Sized> fmt::Display for Drawn<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.draw(f, self.1)
    }
}
