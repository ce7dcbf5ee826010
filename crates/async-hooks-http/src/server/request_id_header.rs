//! The header that carries the id of a request.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::wire::fields::Field;
use crate::wire::trace_id::TraceId;

const LONGEST: usize = 128;

/// The id, if there is one header that has a valid one.
///
/// A quote or a backslash could end a string in a log line.
#[inline]
pub(super) fn received(field: Field<'_>) -> Option<&str> {
    let id = field.only()?.to_str().ok()?;
    let is_valid = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    (!id.is_empty() && id.len() <= LONGEST && id.bytes().all(is_valid)).then_some(id)
}

/// Makes an id, which is as unique as a trace id is, and sets it in the request.
pub(super) fn make(headers: &mut HeaderMap, name: &HeaderName) -> Arc<str> {
    let digits = TraceId::random().to_hex();
    set(headers, name, HeaderValue::from_bytes(&digits).ok());
    std::str::from_utf8(&digits).unwrap_or_default().into()
}

/// Sets the id in a response, unless the handler has set one.
#[inline]
pub(super) fn set_in_response(headers: &mut HeaderMap, name: &HeaderName, id: &str) {
    if !headers.contains_key(name) {
        set(headers, name, HeaderValue::from_str(id).ok());
    }
}

fn set(headers: &mut HeaderMap, name: &HeaderName, value: Option<HeaderValue>) {
    // A map that is full takes none.
    let _ = value.map(|value| headers.try_insert(name, value));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::fields;

    const NAME: HeaderName = HeaderName::from_static("x-request-id");

    fn id(values: &[&[u8]]) -> String {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(NAME, HeaderValue::from_bytes(value).unwrap());
        }
        let [field] = fields::find(&headers, [&NAME]);
        let id = received(field).map(Arc::from).unwrap_or_else(|| make(&mut headers, &NAME));
        assert_eq!(
            headers.get_all(NAME).iter().collect::<Vec<_>>(),
            [&*id],
            "handlers see the id that the request has"
        );
        id.to_string()
    }

    #[test]
    fn a_valid_id_is_taken() {
        let longest = "x".repeat(128);
        for valid in ["a", "client-1/2", "!#$%&'()*+,-./:;<=>?@[]^_`{|}~", &longest] {
            assert_eq!(id(&[valid.as_bytes()]), valid);
        }
    }

    #[test]
    fn any_other_is_replaced() {
        let too_long = "x".repeat(129);
        let invalid: [&[u8]; 8] =
            [b"", b"a b", b"a\tb", b"a\"b", b"a\\b", b"caf\xc3\xa9", b"\x80", too_long.as_bytes()];
        for invalid in invalid {
            let made = id(&[invalid]);
            assert_eq!(made.len(), 32);
            assert!(made.bytes().all(|byte| byte.is_ascii_hexdigit()), "{made}");
        }
        assert_eq!(id(&[]).len(), 32);
    }

    #[test]
    fn of_two_ids_none_is_taken() {
        assert_eq!(id(&[b"one", b"another"]).len(), 32);
    }
}
