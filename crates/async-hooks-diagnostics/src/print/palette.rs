//! Which colour means what, in every report.
//!
//! A report that is displayed as `{}` is plain; as `{:#}` it carries colours, for streams that know what to do with them
//! (`anstream` strips them where no terminal is, and under `NO_COLOR`).

use std::fmt;

use anstyle::{AnsiColor, Style};

/// A style for each role that a piece of text plays.
pub(crate) struct Palette {
    /// The line that says how many there are of what.
    pub(crate) heading: Style,
    /// How many.
    pub(crate) count: Style,
    /// What it is: `tokio::task`.
    pub(crate) kind: Style,
    /// Where it was made: `src/main.rs:3:5`.
    pub(crate) place: Style,
    /// What is wrong.
    pub(crate) alarm: Style,
    /// What one may skip: lines of boxes, units.
    pub(crate) faint: Style,
}

const PLAIN: Palette = Palette {
    heading: Style::new(),
    count: Style::new(),
    kind: Style::new(),
    place: Style::new(),
    alarm: Style::new(),
    faint: Style::new(),
};

const COLOURED: Palette = Palette {
    heading: Style::new().bold(),
    count: Style::new().bold(),
    kind: AnsiColor::Cyan.on_default(),
    place: AnsiColor::Green.on_default(),
    alarm: AnsiColor::Red.on_default().bold(),
    faint: Style::new().dimmed(),
};

impl Palette {
    /// Colours for `{:#}`, none for `{}`.
    pub(crate) fn of(f: &fmt::Formatter<'_>) -> &'static Palette {
        if f.alternate() { &COLOURED } else { &PLAIN }
    }
}

/// A value in the style of its role.
pub(crate) struct Painted<T>(pub(crate) Style, pub(crate) T);

impl<T: fmt::Display> fmt::Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Painted(style, value) = self;
        write!(f, "{style}{value}{style:#}")
    }
}
