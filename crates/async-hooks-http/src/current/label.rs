//! The label of a request: its method and its path.

use std::fmt;
use std::sync::{Arc, OnceLock};

use http::{Method, Uri};

/// What is longer is cut, so the memory of a living request is bounded.
const LONGEST: usize = 256;

/// Kept in place, so a request that nobody asks for its label allocates none.
pub(crate) struct Label {
    bytes: [u8; LONGEST],
    length: usize,
    made: OnceLock<Arc<str>>,
}

impl Label {
    #[inline]
    pub(crate) fn new(method: &Method, uri: &Uri) -> Self {
        let mut label = Label { bytes: [0; LONGEST], length: 0, made: OnceLock::new() };
        label.push(method.as_str());
        if !uri.path().is_empty() {
            label.push(" ");
            label.push(uri.path());
        }
        label
    }

    /// Appends as many whole characters as there is room for.
    #[inline]
    fn push(&mut self, text: &str) {
        let free = &mut self.bytes[self.length..];
        let fits = if text.len() <= free.len() { text.len() } else { last_boundary(text, free.len()) };
        free[..fits].copy_from_slice(&text.as_bytes()[..fits]);
        self.length += fits;
    }

    pub(crate) fn get(&self) -> Arc<str> {
        let text = || std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default().into();
        Arc::clone(self.made.get_or_init(text))
    }
}

#[cold]
fn last_boundary(text: &str, most: usize) -> usize {
    (0..=most).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0)
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(method: &str, uri: &str) -> String {
        Label::new(&method.parse().unwrap(), &uri.parse().unwrap()).get().to_string()
    }

    #[test]
    fn a_label_is_method_and_path_and_never_the_query() {
        assert_eq!(label("GET", "/orders/21?token=secret"), "GET /orders/21");
        assert_eq!(label("GET", "http://example.com/a"), "GET /a");
        assert_eq!(label("OPTIONS", "*"), "OPTIONS *");
        assert_eq!(label("CONNECT", "example.com:443"), "CONNECT");
    }

    #[test]
    fn a_label_is_cut_at_256_bytes_and_within_no_character() {
        let long = label("GET", &format!("/{}", "a".repeat(1000)));
        assert_eq!(long.len(), 256);
        let wide = label("GET", &format!("/{}", "é".repeat(1000)));
        assert_eq!(wide.len(), 255);
        assert_eq!(label(&"M".repeat(300), "/").len(), 256);
    }
}
