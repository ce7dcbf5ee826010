//! Reports a panic that was caught in foreign code: one line on stderr.

use std::any::Any;
use std::fmt;
use std::io::{self, Write as _};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The number of characters of a panic's message that are printed.
const LONGEST_MESSAGE: usize = 1_000;

/// Writes one line, even if the message has several.
///
/// Does not use `eprintln!`, which panics if stderr is closed.
pub(crate) fn report(what: fmt::Arguments<'_>, payload: &(dyn Any + Send)) {
    let text = payload.downcast_ref::<&'static str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("(no message)");
    let message = one_line(text);
    let _ = io::stderr().write_all(format!("async-hooks: {what}: {message}\n").as_bytes());
}

/// The text as one line of bounded length.
///
/// What is not printed as itself is escaped, so that it does not drive a terminal.
fn one_line(text: &str) -> String {
    let escape = |c: char| match c {
        '"' | '\'' | '\\' => c.to_string(),
        _ => c.escape_debug().to_string(),
    };
    let mut chars = text.lines().map(str::trim).flat_map(|line| line.chars().chain([' ']));
    let mut line: String = chars.by_ref().take(LONGEST_MESSAGE).map(escape).collect();
    if chars.next().is_some() {
        line.push('…');
    }
    line.truncate(line.trim_end().len());
    line
}

/// Drops the payload of a panic. It is foreign, so its drop may panic as well.
pub(crate) fn discard(payload: Box<dyn Any + Send>) {
    if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        mem::forget(another);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_of_bounded_length_that_does_not_drive_a_terminal() {
        assert_eq!(one_line("it's \"this\"\n  left: 1\n"), "it's \"this\" left: 1");
        assert_eq!(one_line("\u{1b}[2J\u{202e}\r\u{7}Größe"), "\\u{1b}[2J\\u{202e}\\r\\u{7}Größe");
        let endless = one_line(&"x".repeat(1_000_000));
        assert_eq!((endless.len(), endless.ends_with('…')), (LONGEST_MESSAGE + '…'.len_utf8(), true));
    }
}
