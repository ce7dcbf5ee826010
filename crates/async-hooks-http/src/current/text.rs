//! A short text of a request, which is rarely asked for.

use std::fmt;
use std::sync::{Arc, OnceLock};

use http::{Method, Uri};

use crate::current::recent_labels;

/// What is longer is cut, so the memory of a living request is bounded.
const LONGEST: usize = 256;

/// A text of up to `N` bytes is kept in place, so one that nobody asks for is not allocated.
pub(crate) struct Text<const N: usize> {
    bytes: [u8; N],
    length: u8,
    shared: OnceLock<Arc<str>>,
}

/// The label of a request: its method and its path.
pub(crate) type Label = Text<71>;

/// The id of a request; a UUID has 36 characters.
pub(crate) type RequestId = Text<39>;

impl Label {
    #[inline]
    pub(crate) fn of_request(method: &Method, uri: &Uri) -> Self {
        match uri.path() {
            "" => Self::new([method.as_str(), "", ""]),
            path => Self::new([method.as_str(), " ", path]),
        }
    }

    /// The label, which requests to the same path may share.
    pub(crate) fn text(&self) -> Arc<str> {
        Arc::clone(self.shared.get_or_init(|| recent_labels::text_of(self.bytes())))
    }
}

impl<const N: usize> Text<N> {
    #[inline]
    pub(crate) fn new<const PARTS: usize>(parts: [&str; PARTS]) -> Self {
        const { assert!(N <= u8::MAX as usize, "its length is a byte") };
        let mut text = Text { bytes: [0; N], length: 0, shared: OnceLock::new() };
        let mut length = 0;
        for part in parts {
            let Some(free) = text.bytes.get_mut(length..length + part.len()) else { return Self::long(&parts) };
            free.copy_from_slice(part.as_bytes());
            length += part.len();
        }
        text.length = length as u8;
        text
    }

    #[cold]
    fn long(parts: &[&str]) -> Self {
        let mut text = parts.concat();
        let end = (0..=LONGEST.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or(0));
        Text { bytes: [0; N], length: 0, shared: OnceLock::from(Arc::from(text)) }
    }

    #[inline]
    pub(crate) fn get(&self) -> Arc<str> {
        Arc::clone(self.shared.get_or_init(|| self.in_place().into()))
    }

    fn in_place(&self) -> &str {
        std::str::from_utf8(self.bytes()).unwrap_or_default()
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length.into()).unwrap_or_default()
    }
}

impl<const N: usize> fmt::Debug for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(method: &str, uri: &str) -> String {
        Label::of_request(&method.parse().unwrap(), &uri.parse().unwrap()).text().to_string()
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

    #[test]
    fn a_text_is_whole_whether_it_fits_in_place_or_not() {
        for length in 0..=100 {
            let text = "é".repeat(length / 2) + &"x".repeat(length % 2);
            assert_eq!(*RequestId::new([&text]).get(), *text);
            assert_eq!(label("GET", &format!("/{}", "x".repeat(length))).len(), length + 5);
        }
    }
}
