//! The header that carries the id of a request.

use bytes::Bytes;
use http::header::{Entry, HeaderMap, HeaderName, HeaderValue};

use crate::current::text::RequestId;
use crate::wire::fields::Field;
use crate::wire::trace_id::TraceId;

const LONGEST: usize = 128;

/// The id, as text and as it was sent, if there is one header that has a valid one.
///
/// A quote or a backslash could end a string in a log line.
#[inline]
pub(super) fn received(field: Field<'_>) -> Option<(&str, &HeaderValue)> {
    let value = field.only()?;
    let id = value.to_str().ok()?;
    let is_valid = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    (!id.is_empty() && id.len() <= LONGEST && id.bytes().all(is_valid)).then_some((id, value))
}

/// Makes an id, which is as unique as a trace id is, and sets it in the request.
#[inline]
pub(super) fn make(headers: &mut HeaderMap, name: &HeaderName) -> (RequestId, HeaderValue) {
    let digits = *TraceId::random().digits();
    let text = RequestId::new([std::str::from_utf8(&digits).unwrap_or_default()]);
    // Request and response share the bytes.
    let value = HeaderValue::from_maybe_shared(Bytes::from_owner(digits)).unwrap_or(HeaderValue::from_static(""));
    // A map that is full takes none.
    let _ = headers.try_insert(name, value.clone());
    (text, value)
}

/// Sets the id in a response, unless the handler has set one.
#[inline]
pub(super) fn set_in_response(headers: &mut HeaderMap, name: &HeaderName, id: Option<HeaderValue>) {
    if let (Some(id), Ok(Entry::Vacant(vacant))) = (id, headers.try_entry(name)) {
        // As above.
        let _ = vacant.try_insert(id);
    }
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
        let received = received(field).map(|(text, value)| (RequestId::new([text]), value.clone()));
        let (text, value) = received.unwrap_or_else(|| make(&mut headers, &NAME));
        assert_eq!(headers.get_all(NAME).iter().collect::<Vec<_>>(), [&value], "handlers see the id of the request");
        assert_eq!(value, *text.get());
        text.get().to_string()
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
