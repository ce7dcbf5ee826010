//! The colour of each role that a piece of text plays in a report.

use std::fmt;

use anstyle::{AnsiColor, Style};

/// A style for each role.
#[derive(Debug)]
pub struct Palette {
    /// The line that says how many there are of what.
    pub(crate) heading: Style,
    /// A number of resources.
    pub(crate) count: Style,
    /// The kind of a resource: `tokio::task`.
    pub(crate) kind: Style,
    /// The line that created a resource: `src/main.rs:3:5`.
    pub(crate) place: Style,
    /// What is wrong.
    pub(crate) alarm: Style,
    /// What a reader may skip: lines of boxes, units.
    pub(crate) faint: Style,
}

pub(crate) static PLAIN: Palette = Palette {
    heading: Style::new(),
    count: Style::new(),
    kind: Style::new(),
    place: Style::new(),
    alarm: Style::new(),
    faint: Style::new(),
};

pub(crate) static COLOURED: Palette = Palette {
    heading: Style::new().bold(),
    count: Style::new().bold(),
    kind: AnsiColor::Cyan.on_default(),
    place: AnsiColor::Green.on_default(),
    alarm: AnsiColor::Red.on_default().bold(),
    faint: Style::new().dimmed(),
};

/// A value in the style of its role.
pub(crate) struct Painted<T>(pub(crate) Style, pub(crate) T);

impl<T: fmt::Display> fmt::Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Painted(style, value) = self;
        write!(f, "{style}{value}{style:#}")
    }
}
