//! How every report reaches people.

use std::fmt;
use std::io::{self, BufWriter, Write};

/// What all reports of this crate can do: be printed, and be displayed plainly or in colours.
///
/// `{report}` is plain text, for logs and files; `{report:#}` carries ANSI colours. [`print`](Self::print) and
/// [`eprint`](Self::eprint) choose by themselves. For machines every report is also
/// [`serde::Serialize`](https://docs.rs/serde).
///
/// # Examples
///
/// ```
/// use async_hooks_diagnostics::{Registry, Report as _};
///
/// let tree = Registry::new().tree();
/// tree.print();
/// assert_eq!(tree.to_string(), "nothing is alive\n");
/// ```
pub trait Report: fmt::Display {
    /// Writes the report to stdout, with colours where a terminal is there and `NO_COLOR` is not set.
    ///
    /// A closed pipe ends it in silence: a report never brings the program down.
    fn print(&self) {
        let _ = write_to(self, anstream::stdout().lock());
    }

    /// As [`print`](Self::print), to stderr.
    fn eprint(&self) {
        let _ = write_to(self, anstream::stderr().lock());
    }
}

/// In large pieces: stdout alone would write line by line.
fn write_to(report: &(impl fmt::Display + ?Sized), stream: impl Write) -> io::Result<()> {
    let mut stream = BufWriter::new(stream);
    write!(stream, "{report:#}")?;
    stream.flush()
}

/// `1 task`, `2 tasks`.
pub(crate) struct Counted<'a>(pub(crate) usize, pub(crate) &'a str);

impl fmt::Display for Counted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counted(count, noun) = self;
        write!(f, "{} {noun}{}", Grouped(*count), if *count == 1 { "" } else { "s" })
    }
}

/// `1,234,567`.
pub(crate) struct Grouped(pub(crate) usize);

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let first = digits.len() % 3;
        let separate = |(at, digit): (usize, char)| {
            let is_start = at > 0 && at % 3 == first % 3;
            is_start.then_some(',').into_iter().chain([digit])
        };
        f.pad(&digits.chars().enumerate().flat_map(separate).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let outcome = write_to(&"report", ClosedPipe);
        assert_eq!(outcome.map_err(|error| error.kind()), Err(io::ErrorKind::BrokenPipe));
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let grouped = [0, 12, 123, 1_234, 12_345, 123_456, 1_234_567].map(|number| Grouped(number).to_string());
        assert_eq!(grouped, ["0", "12", "123", "1,234", "12,345", "123,456", "1,234,567"]);
        assert_eq!(Counted(1, "leak").to_string(), "1 leak");
        assert_eq!(Counted(0, "leak").to_string(), "0 leaks");
    }
}
