//! JSON that shows on a terminal what it contains.

use std::io::{self, Write};

use serde_json::ser::{CompactFormatter, Formatter};

/// Escapes every character that is not visible.
///
/// JSON demands it of those below the blank only. Others reorder the text around them, or drive a terminal (`\u009b` begins a command as `\u001b[` does). What is read is the same.
pub(crate) struct VisibleJson;

impl Formatter for VisibleJson {
    fn write_string_fragment<W: Write + ?Sized>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        for part in fragment.split_inclusive(|c| !is_visible(c)) {
            let last = part.chars().next_back().filter(|last| !is_visible(*last));
            let visible = &part[..part.len() - last.map_or(0, char::len_utf8)];
            CompactFormatter.write_string_fragment(out, visible)?;
            for unit in last.iter().flat_map(|last| last.encode_utf16(&mut [0; 2]).to_vec()) {
                write!(out, "\\u{unit:04x}")?;
            }
        }
        Ok(())
    }
}

fn is_visible(c: char) -> bool {
    c == '\'' || c.escape_debug().len() == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Serialize as _;

    #[test]
    fn what_is_not_visible_is_escaped_and_read_back_as_it_was() {
        let text = "it's größe 火 🔥 \u{7f}\u{9b}31m\u{202e}\u{2028}\u{feff}\u{e0041} \"\\\n\u{1b}[2J";
        let mut json = Vec::new();
        let mut serializer = serde_json::Serializer::with_formatter(&mut json, VisibleJson);
        text.serialize(&mut serializer).unwrap();
        let json = String::from_utf8(json).unwrap();
        assert!(json.starts_with("\"it's größe 火 🔥 \\u007f\\u009b31m\\u202e\\u2028\\ufeff\\udb40\\udc41 "), "{json}");
        assert!(json.chars().all(is_visible_in_json), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }

    fn is_visible_in_json(c: char) -> bool {
        is_visible(c) || matches!(c, '"' | '\\')
    }
}
