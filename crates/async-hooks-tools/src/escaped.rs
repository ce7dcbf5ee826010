//! Text of the program inside a report: escaped and cut.
//!
//! It neither forges a line nor drives a terminal.

use std::fmt::{self, Write as _};

/// Displays a text on one line, escaped and cut.
///
/// Each character that is not printed as itself is escaped, as in `\n` or `\u{202e}`. A long text is cut, with the number of
/// bytes that are missing.
///
/// Kinds, files, labels and names of threads are chosen by the program, and some of them by its users.
///
/// ```
/// use async_hooks_tools::Escaped;
///
/// assert_eq!(Escaped("GET /\n\u{1b}[2J").to_string(), r"GET /\n\u{1b}[2J");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a>(pub &'a str);

/// A text is cut when it has more bytes than this.
pub const MAX_BYTES: usize = 256;

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = &self.0[..cut_at(self.0, MAX_BYTES)];
        for part in shown.split_inclusive(is_unsafe) {
            let last = part.chars().next_back().filter(|last| is_unsafe(*last));
            let safe = &part[..part.len() - last.map_or(0, char::len_utf8)];
            f.write_str(safe)?;
            last.map_or(Ok(()), |last| write!(f, "{}", last.escape_default()))?;
        }
        match self.0.len() - shown.len() {
            0 => Ok(()),
            missing => write!(f, "… ({missing} more bytes)"),
        }
    }
}

/// Returns where to cut a text between two characters, to leave at most `limit` bytes.
///
/// ```
/// assert_eq!(async_hooks_tools::cut_at("größe", 3), 2);
/// ```
#[must_use]
pub fn cut_at(text: &str, limit: usize) -> usize {
    if text.len() <= limit {
        return text.len();
    }
    (0..=limit).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Control characters, and what reorders, joins or hides the text around it.
fn is_unsafe(c: char) -> bool {
    let is_format = matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    c.is_control() || is_format
}

/// Formats a value of the program into at most [`MAX_BYTES`]; what is longer ends in `…`.
///
/// It stops formatting when the limit is reached, so a value of any length takes little time and memory.
///
/// ```
/// use async_hooks_tools::{MAX_BYTES, bounded};
///
/// assert_eq!(bounded(&200), "200");
/// assert_eq!(bounded(&"x".repeat(1_000_000)).len(), MAX_BYTES);
/// ```
pub fn bounded(value: &impl fmt::Display) -> String {
    let mut text = String::new();
    write_bounded(value, &mut text);
    text
}

/// As [`bounded`], into an empty text.
pub(crate) fn write_bounded(value: &impl fmt::Display, text: &mut String) {
    let mut bounded = BoundedText { text, is_cut: false };
    let _ = write!(bounded, "{value}");
    if bounded.is_cut {
        text.push('…');
    }
}

struct BoundedText<'a> {
    text: &'a mut String,
    is_cut: bool,
}

impl fmt::Write for BoundedText<'_> {
    /// Fails once something is missing, which makes the value's own formatting stop.
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = (MAX_BYTES - '…'.len_utf8()).saturating_sub(self.text.len());
        let end = cut_at(text, room);
        self.text.push_str(&text[..end]);
        self.is_cut |= end < text.len();
        if self.is_cut { Err(fmt::Error) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_would_forge_a_line_or_drive_a_terminal_is_escaped() {
        let forged = "GET /\n  9  leak\r\u{1b}[2J\u{202e}abc\u{7}\u{9b}m\u{2028}\t\u{200b}";
        let escaped = Escaped(forged).to_string();
        assert_eq!(escaped, r"GET /\n  9  leak\r\u{1b}[2J\u{202e}abc\u{7}\u{9b}m\u{2028}\t\u{200b}");
        assert!(!escaped.chars().any(is_unsafe));
    }

    #[test]
    fn what_is_printed_as_itself_stays_as_it_is() {
        for text in ["", "tokio::task", "C:\\src\\main.rs", "Größe 大小 🦀", "\"quoted\" 'text'"] {
            assert_eq!(Escaped(text).to_string(), text);
        }
    }

    #[test]
    fn a_long_text_is_cut_between_two_characters_and_says_how_much_is_missing() {
        assert_eq!(Escaped(&"x".repeat(MAX_BYTES)).to_string().len(), MAX_BYTES);
        let text = "ä".repeat(MAX_BYTES);
        let expected = format!("{}… (256 more bytes)", "ä".repeat(MAX_BYTES / 2));
        assert_eq!(Escaped(&text).to_string(), expected);
    }

    #[test]
    fn a_value_of_any_length_is_formatted_up_to_the_limit_only() {
        struct Endless;
        impl fmt::Display for Endless {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (0..).try_for_each(|number: u64| write!(f, "{number} "))
            }
        }
        let text = bounded(&Endless);
        assert!(text.starts_with("0 1 2 ") && text.ends_with('…') && text.len() <= MAX_BYTES, "{text}");
        assert_eq!(bounded(&"/orders"), "/orders");
    }

    proptest! {
        #[test]
        fn any_text_is_one_short_line_of_safe_characters(text in any::<String>(), times in 1_usize..100) {
            let text = text.repeat(times);
            for shown in [Escaped(&text).to_string(), Escaped(&bounded(&text)).to_string()] {
                prop_assert!(!shown.contains(is_unsafe));
                // Each character of at most four bytes becomes an escape of at most ten.
                prop_assert!(shown.len() <= 10 * MAX_BYTES + "… (99999999 more bytes)".len());
            }
        }
    }
}
