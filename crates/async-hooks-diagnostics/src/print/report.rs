//! How every report reaches people.

use std::fmt;
use std::io::{self, BufWriter, Write};

use crate::print::draw::{Draw, Drawn};
use crate::print::palette::{COLOURED, PLAIN, Palette};

/// What all reports of this crate can do: be printed, and be displayed in colours.
///
/// `{report}` is plain text, for logs and files, and [`ansi`](Self::ansi) adds colours. [`print`](Self::print) and
/// [`eprint`](Self::eprint) choose by themselves. With the feature `serde`, every report also implements
/// [`Serialize`](https://docs.rs/serde).
///
/// Kinds, labels, names of threads and other texts of the program are escaped and cut, so a report neither forges a line nor
/// drives a terminal. The trait is sealed.
///
/// # Examples
///
/// ```
/// use async_hooks_diagnostics::{Registry, Report as _};
///
/// let tree = Registry::new().tree();
/// tree.print(); // to stdout, and in colours if that is a terminal
/// tree.eprint(); // to stderr
/// assert_eq!(tree.to_string(), "nothing is alive\n");
/// ```
pub trait Report: Draw {
    /// The report with ANSI colours, or without them.
    ///
    /// It is for the caller who knows where the text goes; `NO_COLOR` is not read. [`print`](Self::print) reads it.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_diagnostics::{Registry, Report as _};
    ///
    /// let registry = Registry::new();
    /// registry.enable();
    /// let _query = AsyncResource::new("query");
    ///
    /// let tree = registry.tree();
    /// assert!(tree.ansi(true).to_string().contains("\u{1b}["));
    /// assert_eq!(tree.ansi(false).to_string(), tree.to_string());
    /// ```
    fn ansi(&self, is_coloured: bool) -> Ansi<'_, Self>
    where
        Self: Sized,
    {
        Ansi { report: self, palette: if is_coloured { &COLOURED } else { &PLAIN } }
    }

    /// Writes the report to stdout, in colours if stdout is a terminal and `NO_COLOR` is not set.
    ///
    /// An error, such as a closed pipe, is ignored: a report never stops the program.
    fn print(&self) {
        let _ = write_to(self, anstream::stdout().lock());
    }

    /// Writes the report to stderr; otherwise as [`print`](Self::print).
    fn eprint(&self) {
        let _ = write_to(self, anstream::stderr().lock());
    }
}

/// A report in colours, or without; made by [`Report::ansi`].
///
/// # Examples
///
/// ```
/// use async_hooks_diagnostics::{Registry, Report as _};
///
/// let tree = Registry::new().tree();
/// println!("{}", tree.ansi(true));
/// assert_eq!(tree.ansi(true).to_string(), "nothing is alive\n");
/// ```
#[derive(Debug)]
#[must_use = "it is for displaying"]
pub struct Ansi<'a, R: ?Sized> {
    report: &'a R,
    palette: &'static Palette,
}

impl<R: Draw + ?Sized> fmt::Display for Ansi<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.report.draw(f, self.palette)
    }
}

/// Writes in large pieces, since stdout alone would write line by line.
///
/// The stream removes the colours where they are not wanted.
fn write_to(report: &(impl Draw + ?Sized), stream: impl Write) -> io::Result<()> {
    let mut stream = BufWriter::new(stream);
    write!(stream, "{}", Drawn(report, &COLOURED))?;
    stream.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Short;

    impl Draw for Short {
        fn draw(&self, f: &mut fmt::Formatter<'_>, _: &Palette) -> fmt::Result {
            write!(f, "short")
        }
    }

    impl fmt::Display for Short {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.draw(f, &PLAIN)
        }
    }

    #[test]
    fn a_report_into_a_closed_pipe_ends_without_a_panic() {
        struct ClosedPipe;
        impl Write for ClosedPipe {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }

            fn flush(&mut self) -> io::Result<()> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
        }
        let outcome = write_to(&Short, ClosedPipe);
        assert_eq!(outcome.map_err(|error| error.kind()), Err(io::ErrorKind::BrokenPipe));
    }
}
