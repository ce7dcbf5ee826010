//! The id of one operation in a trace.

use std::fmt;
use std::str::FromStr;

use crate::wire::hex;
use crate::wire::parse_id_error::ParseIdError;
use crate::wire::random;

/// The id of one operation in a trace, such as a request: 8 bytes, not all zero.
///
/// Prints as 16 lowercase hexadecimal digits, and is parsed from them and from nothing else.
///
/// W3C: [`parent-id`](https://www.w3.org/TR/trace-context-2/#parent-id): what the caller's span id is to the callee.
///
/// # Examples
///
/// ```
/// use async_hooks_http::SpanId;
///
/// let id: SpanId = "00f067aa0ba902b7".parse()?;
/// assert_eq!(id.to_string(), "00f067aa0ba902b7");
/// # Ok::<_, async_hooks_http::ParseIdError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId(
    /// The digits, which are ordered as the bytes are.
    ///
    /// An id is received, sent and printed as digits, and rarely asked for its bytes.
    [u8; 16],
);

impl SpanId {
    /// Makes an id of these bytes; `None` if all are zero, which W3C Trace Context forbids.
    ///
    /// ```
    /// use async_hooks_http::SpanId;
    ///
    /// assert_eq!(SpanId::from_bytes([0; 8]), None);
    /// assert_eq!(SpanId::from_bytes([7; 8]).unwrap().to_bytes(), [7; 8]);
    /// ```
    #[inline]
    #[must_use]
    pub fn from_bytes(bytes: [u8; 8]) -> Option<Self> {
        (bytes != [0; 8]).then(|| SpanId(hex::encode(bytes)))
    }

    /// Returns the bytes of the id, in the order in which they are printed.
    ///
    /// ```
    /// use async_hooks_http::SpanId;
    ///
    /// let id: SpanId = "00f067aa0ba902b7".parse()?;
    /// assert_eq!(id.to_bytes()[0], 0x00);
    /// # Ok::<_, async_hooks_http::ParseIdError>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn to_bytes(self) -> [u8; 8] {
        hex::decode(&self.0)
    }

    #[inline]
    pub(crate) fn random() -> Self {
        let [word] = random::nonzero();
        SpanId(hex::encode(word.to_ne_bytes()))
    }

    /// `None` if all digits are zero. The caller has looked at each.
    #[inline]
    pub(super) fn from_digits(digits: &[u8; 16]) -> Option<Self> {
        (*digits != [b'0'; 16]).then_some(SpanId(*digits))
    }

    /// The digits that are printed.
    #[inline]
    pub(crate) fn digits(&self) -> &[u8; 16] {
        &self.0
    }

    /// The digits as text.
    #[inline]
    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpanId({self})")
    }
}

impl FromStr for SpanId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        hex::id_of(text.as_bytes()).map(SpanId).ok_or_else(|| ParseIdError::new(text, 16))
    }
}
