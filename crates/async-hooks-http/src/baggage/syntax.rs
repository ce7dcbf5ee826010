//! Which bytes keys and values are made of, and how values are percent-encoded.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// What must be encoded: all but the standard's `baggage-octet`, and the percent sign.
const ENCODED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'%').add(b',').add(b';').add(b'\\');

/// Whether it is a `token` of RFC 7230. Keys are tokens, and are never percent-decoded.
pub(crate) fn is_key(text: &str) -> bool {
    let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_inside)
}

/// Whether it consists of `baggage-octet`s. A percent sign is one.
pub(super) fn is_value(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e))
}

/// Decodes a value; what is not UTF-8 becomes U+FFFD.
pub(super) fn decoded(value: &str) -> Cow<'_, str> {
    percent_decode_str(value).decode_utf8_lossy()
}

/// Appends the value, percent-encoded.
pub(super) fn encode(value: &str, text: &mut String) {
    text.extend(utf8_percent_encode(value, ENCODED));
}

/// Without the blanks and tabs around it.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_a_value_and_decodes_to_what_it_was() {
        for value in ["", "alice", "\t \"';=asdf!@#$%^&*()", "日本", "a,b;c\\d", "\u{202e}\n\r\0"] {
            let mut encoded = String::new();
            encode(value, &mut encoded);
            assert!(is_value(&encoded), "{encoded}");
            assert_eq!(decoded(&encoded), value);
        }
    }

    #[test]
    fn values_that_are_no_utf_8_decode_to_the_replacement_character() {
        assert_eq!(decoded("a%FFb%C3"), "a\u{fffd}b\u{fffd}");
    }

    #[test]
    fn a_percent_sign_without_two_digits_stays() {
        assert_eq!(decoded("100%"), "100%");
        assert_eq!(decoded("%zz"), "%zz");
    }
}
