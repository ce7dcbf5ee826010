//! Fields that a program adds to each line, escaped.

use std::fmt::{Display, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Appends the value to the text; returns whether there is one.
type Read = dyn Fn(&mut String) -> bool + Send + Sync;

#[derive(Clone)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    /// ` name=`, what stands before the value in a text.
    in_text: Arc<str>,
    /// `,"name":"`, what stands before it in an object.
    in_object: Arc<str>,
    read: Arc<Read>,
}

impl Field {
    pub(crate) fn new<V: Display>(name: &'static str, read: impl Fn() -> Option<V> + Send + Sync + 'static) -> Self {
        let read = move |text: &mut String| read().is_some_and(|value| write!(text, "{value}").is_ok());
        Field { name, in_text: format!(" {name}=").into(), in_object: before_member(name).into(), read: Arc::new(read) }
    }

    /// Appends ` name=value`, or nothing where there is no value.
    pub(crate) fn push_to_text(&self, line: &mut String) {
        let end = line.len();
        line.push_str(&self.in_text);
        let start = line.len();
        if !self.push_value(line) {
            line.truncate(end);
        } else if !is_plain(&line[start..]) {
            quote(line, start);
        }
    }

    /// Appends `,"name":"value"`, or nothing where there is no value.
    pub(crate) fn push_to_object(&self, line: &mut String) {
        let end = line.len();
        line.push_str(&self.in_object);
        let start = line.len();
        if self.push_value(line) {
            end_json_string(line, start);
        } else {
            line.truncate(end);
        }
    }

    /// What reads and prints the value is foreign code: if it panics, the field is left out.
    fn push_value(&self, line: &mut String) -> bool {
        catch_unwind(AssertUnwindSafe(|| (self.read)(line))).unwrap_or(false)
    }
}

/// Whether the value can stand in a line of text as it is.
///
/// It has visible characters, no blanks, and nothing that quotes.
fn is_plain(value: &str) -> bool {
    let is_plain = |c: char| match c {
        '"' | '\\' => false,
        _ if c.is_ascii() => c.is_ascii_graphic(),
        _ => is_visible(c) && !c.is_whitespace(),
    };
    // Nearly every value there is.
    let is_simple = |byte: u8| matches!(byte, b'!' | b'#'..=b'[' | b']'..=b'~');
    !value.is_empty() && (value.bytes().all(is_simple) || value.chars().all(is_plain))
}

/// Whether Rust prints the character as it is.
///
/// It is no control character, and none that turns the direction of the text.
fn is_visible(c: char) -> bool {
    c.escape_debug().len() == 1
}

/// Puts the end of the line into quotes, and escapes all of it that is not visible.
#[cold]
fn quote(line: &mut String, start: usize) {
    let value = line.split_off(start);
    // Writing to a string does not fail.
    let _ = write!(line, "{value:?}");
}

/// The comma, the name and the quotation mark before a member's value.
fn before_member(name: &str) -> String {
    let mut before = ",\"".to_owned();
    let start = before.len();
    before.push_str(name);
    end_json_string(&mut before, start);
    before.push_str(":\"");
    before
}

/// Makes the end of the line the rest of a string of JSON, which has been opened.
fn end_json_string(line: &mut String, start: usize) {
    let is_simple = |byte: u8| matches!(byte, b' ' | b'!' | b'#'..=b'[' | b']'..=b'~');
    let added = &line[start..];
    if !added.bytes().all(is_simple) && !added.chars().all(is_plain_in_json) {
        escape_json(line, start);
    }
    line.push('"');
}

fn is_plain_in_json(c: char) -> bool {
    !matches!(c, '"' | '\\') && (c == '\'' || is_visible(c))
}

#[cold]
fn escape_json(line: &mut String, start: usize) {
    for c in line.split_off(start).chars() {
        if is_plain_in_json(c) {
            line.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(line, "\\u{unit:04x}");
        }
    }
}
