//! The value of an attribute.

/// The value of an attribute, from [`set_attribute`](crate::set_attribute) to the hooks.
///
/// It borrows from the code that sets the attribute, so setting one allocates nothing. A hook that stores values copies
/// what it needs, and decides how much: a text can have any length and contain any character.
///
/// The variants are the value types that OpenTelemetry's [attributes] and Perfetto's debug annotations share.
///
/// [attributes]: https://opentelemetry.io/docs/specs/otel/common/#attribute
///
/// # Examples
///
/// ```
/// use async_hooks_core::AttributeValue;
///
/// let method = String::from("GET");
/// assert_eq!(AttributeValue::from(&method), AttributeValue::Str("GET"));
/// assert_eq!(AttributeValue::from(200_u32), AttributeValue::U64(200));
/// assert_eq!(AttributeValue::from(-1), AttributeValue::I64(-1));
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
pub enum AttributeValue<'a> {
    /// A text.
    Str(&'a str),
    /// A number that is never negative, such as a status or a size.
    U64(u64),
    /// A number that can be negative.
    I64(i64),
    /// A number with a fraction.
    F64(f64),
    /// Yes or no.
    Bool(bool),
    /// Bytes, such as an id in binary form.
    Bytes(&'a [u8]),
}

impl<'a> From<&'a str> for AttributeValue<'a> {
    #[inline]
    fn from(text: &'a str) -> Self {
        AttributeValue::Str(text)
    }
}

impl<'a> From<&'a String> for AttributeValue<'a> {
    #[inline]
    fn from(text: &'a String) -> Self {
        AttributeValue::Str(text)
    }
}

impl<'a> From<&'a [u8]> for AttributeValue<'a> {
    #[inline]
    fn from(bytes: &'a [u8]) -> Self {
        AttributeValue::Bytes(bytes)
    }
}

impl<'a, const LENGTH: usize> From<&'a [u8; LENGTH]> for AttributeValue<'a> {
    #[inline]
    fn from(bytes: &'a [u8; LENGTH]) -> Self {
        AttributeValue::Bytes(bytes)
    }
}

impl From<u64> for AttributeValue<'_> {
    #[inline]
    fn from(number: u64) -> Self {
        AttributeValue::U64(number)
    }
}

impl From<u32> for AttributeValue<'_> {
    #[inline]
    fn from(number: u32) -> Self {
        AttributeValue::U64(number.into())
    }
}

impl From<u16> for AttributeValue<'_> {
    #[inline]
    fn from(number: u16) -> Self {
        AttributeValue::U64(number.into())
    }
}

impl From<usize> for AttributeValue<'_> {
    /// A `usize` has at most 64 bits on every target of Rust.
    #[inline]
    fn from(number: usize) -> Self {
        AttributeValue::U64(number as u64)
    }
}

impl From<i64> for AttributeValue<'_> {
    #[inline]
    fn from(number: i64) -> Self {
        AttributeValue::I64(number)
    }
}

impl From<i32> for AttributeValue<'_> {
    #[inline]
    fn from(number: i32) -> Self {
        AttributeValue::I64(number.into())
    }
}

impl From<f64> for AttributeValue<'_> {
    #[inline]
    fn from(number: f64) -> Self {
        AttributeValue::F64(number)
    }
}

impl From<bool> for AttributeValue<'_> {
    #[inline]
    fn from(value: bool) -> Self {
        AttributeValue::Bool(value)
    }
}
