//! Finds the header fields of a few names at once.
//!
//! A look-up by name hashes the name, which costs more than a pass over the headers of a usual request.

use http::{HeaderMap, HeaderName, HeaderValue};

/// The fields of one name.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Field<'a> {
    pub(crate) first: Option<&'a HeaderValue>,
    has_more: bool,
}

impl<'a> Field<'a> {
    /// The value, if there is one field of the name.
    #[inline]
    pub(crate) fn only(self) -> Option<&'a HeaderValue> {
        self.first.filter(|_| !self.has_more)
    }
}

#[inline]
pub(crate) fn find<'a, const N: usize>(headers: &'a HeaderMap, names: [&HeaderName; N]) -> [Field<'a>; N] {
    let mut fields = [Field::default(); N];
    for (name, value) in headers {
        for (wanted, field) in names.iter().zip(&mut fields) {
            if name == *wanted {
                field.has_more = field.first.is_some();
                field.first = field.first.or(Some(value));
            }
        }
    }
    fields
}
