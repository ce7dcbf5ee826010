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
pub struct TraceId([u8; 16]);

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
        (bytes != [0; 16]).then_some(TraceId(bytes))
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
        self.0
    }

    #[inline]
    pub(crate) fn random() -> Self {
        TraceId(random::nonzero())
    }

    fn from_hex(digits: &[u8]) -> Option<Self> {
        Self::from_bytes(hex::decode_id(digits)?)
    }

    /// The digits that are printed.
    #[inline]
    pub(crate) fn to_hex(self) -> [u8; 32] {
        let mut digits = [0; 32];
        hex::encode(&self.0, &mut digits);
        digits
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(std::str::from_utf8(&self.to_hex()).unwrap_or_default())
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
        Self::from_hex(text.as_bytes()).ok_or_else(|| ParseIdError::new(text, 32))
    }
}
