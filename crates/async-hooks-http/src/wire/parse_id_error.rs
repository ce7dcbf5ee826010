//! The error of parsing an id.

use std::error::Error;
use std::fmt;

/// A text that is no trace id or span id; returned by their `FromStr`.
///
/// W3C: [`trace-id` and `parent-id`](https://www.w3.org/TR/trace-context-2/#trace-id).
///
/// # Examples
///
/// ```
/// use async_hooks_http::SpanId;
///
/// let error = "00F067AA0BA902B7".parse::<SpanId>().unwrap_err();
/// assert_eq!(error.to_string(), "not 16 lowercase hexadecimal digits with one that is not 0: \"00F067AA0BA902B7\"");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseIdError {
    text: String,
    digits: usize,
}

impl ParseIdError {
    pub(super) fn new(text: &str, digits: usize) -> Self {
        ParseIdError { text: text.to_owned(), digits }
    }

    /// Returns the text that was to be parsed.
    ///
    /// ```
    /// let error = "none".parse::<async_hooks_http::TraceId>().unwrap_err();
    /// assert_eq!(error.text(), "none");
    /// ```
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for ParseIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not {} lowercase hexadecimal digits with one that is not 0: {:?}", self.digits, self.text)
    }
}

impl Error for ParseIdError {}
