//! The id of a trace.

use std::fmt;
use std::str::FromStr;

use crate::wire::hex;
use crate::wire::parse_id_error::ParseIdError;
use crate::wire::random;

/// The id that all operations of one trace share, in every service: 16 bytes, not all zero.
///
/// Prints as 32 lowercase hexadecimal digits, and is parsed from them and from nothing else.
///
/// W3C: [`trace-id`](https://www.w3.org/TR/trace-context-2/#trace-id).
///
/// # Examples
///
/// ```
/// use async_hooks_http::TraceId;
///
/// let id: TraceId = "4bf92f3577b34da6a3ce929d0e0e4736".parse()?;
/// assert_eq!(id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
/// # Ok::<_, async_hooks_http::ParseIdError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId(
    /// The digits, which are ordered as the bytes are.
    ///
    /// An id is received, sent and printed as digits, and rarely asked for its bytes.
    [u8; 32],
);

impl TraceId {
    /// Makes an id of these bytes; `None` if all are zero, which W3C Trace Context forbids.
    ///
    /// ```
    /// use async_hooks_http::TraceId;
    ///
    /// assert_eq!(TraceId::from_bytes([0; 16]), None);
    /// assert_eq!(TraceId::from_bytes([7; 16]).unwrap().to_bytes(), [7; 16]);
    /// ```
    #[inline]
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Option<Self> {
        (bytes != [0; 16]).then(|| TraceId(hex::encode(bytes)))
    }

    /// Returns the bytes of the id, in the order in which they are printed.
    ///
    /// ```
    /// use async_hooks_http::TraceId;
    ///
    /// let id: TraceId = "4bf92f3577b34da6a3ce929d0e0e4736".parse()?;
    /// assert_eq!(id.to_bytes()[0], 0x4b);
    /// # Ok::<_, async_hooks_http::ParseIdError>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn to_bytes(self) -> [u8; 16] {
        hex::decode(&self.0)
    }

    #[inline]
    pub(crate) fn random() -> Self {
        let [high, low] = random::nonzero();
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&high.to_ne_bytes());
        bytes[8..].copy_from_slice(&low.to_ne_bytes());
        TraceId(hex::encode(bytes))
    }

    /// `None` if all digits are zero. The caller has looked at each.
    #[inline]
    pub(super) fn from_digits(digits: &[u8; 32]) -> Option<Self> {
        (*digits != [b'0'; 32]).then_some(TraceId(*digits))
    }

    /// The digits that are printed.
    #[inline]
    pub(crate) fn digits(&self) -> &[u8; 32] {
        &self.0
    }

    /// The digits as text.
    #[inline]
    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TraceId({self})")
    }
}

impl FromStr for TraceId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        hex::id_of(text.as_bytes()).map(TraceId).ok_or_else(|| ParseIdError::new(text, 32))
    }
}
