//! Fields that a program adds to each line, escaped.

use std::fmt::{Display, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Appends the value to the text; returns whether there is one.
type Read = dyn Fn(&mut String) -> bool + Send + Sync;

#[derive(Clone)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    read: Arc<Read>,
}

impl Field {
    pub(crate) fn new<V: Display>(name: &'static str, read: impl Fn() -> Option<V> + Send + Sync + 'static) -> Self {
        let read = move |text: &mut String| read().is_some_and(|value| write!(text, "{value}").is_ok());
        Field { name, read: Arc::new(read) }
    }

    /// Appends ` name=value`, or nothing where there is no value.
    pub(crate) fn push_to_text(&self, line: &mut String) {
        let end = line.len();
        line.push(' ');
        line.push_str(self.name);
        line.push('=');
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
        line.push(',');
        push_json_string(line, |line| {
            line.push_str(self.name);
            true
        });
        line.push(':');
        if !push_json_string(line, |line| self.push_value(line)) {
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
    !value.is_empty() && value.chars().all(is_plain)
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

/// Appends what `push` appends, as a string of JSON. Returns whether there was something.
fn push_json_string(line: &mut String, push: impl FnOnce(&mut String) -> bool) -> bool {
    line.push('"');
    let start = line.len();
    let is_pushed = push(line);
    if is_pushed && !line[start..].chars().all(is_plain_in_json) {
        escape_json(line, start);
    }
    line.push('"');
    is_pushed
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
