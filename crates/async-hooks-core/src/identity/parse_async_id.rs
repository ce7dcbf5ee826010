//! Reading an async id from text.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use crate::identity::id::AsyncId;

/// The text is not an async id; returned by the [`FromStr`] of [`AsyncId`].
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncId;
///
/// let error = "seven".parse::<AsyncId>().unwrap_err();
/// assert_eq!(error.text(), "seven");
/// assert_eq!(error.to_string(), "not an async id, which is a number from 1 to 18446744073709551615: \"seven\"");
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ParseAsyncIdError {
    text: String,
}

/// Longer than any id, and short enough for a line of a log.
const LONGEST: usize = 64;

impl ParseAsyncIdError {
    fn new(text: &str) -> Self {
        let is_start = |end: &usize| text.is_char_boundary(*end);
        let end = (0..=LONGEST.min(text.len())).rev().find(is_start).unwrap_or(0);
        ParseAsyncIdError { text: String::from(&text[..end]) }
    }

    /// Returns the text, or its first 64 bytes.
    ///
    /// ```
    /// use async_hooks_core::AsyncId;
    ///
    /// assert_eq!("-1".parse::<AsyncId>().unwrap_err().text(), "-1");
    /// ```
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for ParseAsyncIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The text is escaped: it may come from anywhere.
        write!(f, "not an async id, which is a number from 1 to {}: {:?}", u64::MAX, self.text)
    }
}

impl Error for ParseAsyncIdError {}

impl FromStr for AsyncId {
    type Err = ParseAsyncIdError;

    /// Reads an id as `Display` writes it: decimal digits, and nothing else.
    ///
    /// It does not check whether a resource with this id exists or has existed.
    ///
    /// # Errors
    ///
    /// Fails if the text is anything else, is 0, or does not fit into 64 bits.
    ///
    /// # Examples
    ///
    /// ```
    /// use async_hooks_core::AsyncId;
    ///
    /// assert_eq!("1".parse(), Ok(AsyncId::ROOT));
    /// ```
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // `u64` would accept a sign, too.
        let digits = Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let number = digits.and_then(|digits| digits.parse().ok());
        number.and_then(AsyncId::from_u64).ok_or_else(|| ParseAsyncIdError::new(text))
    }
}

impl From<AsyncId> for u64 {
    #[inline]
    fn from(id: AsyncId) -> u64 {
        id.as_u64()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_id_is_read_as_it_is_printed(number in 1_u64..) {
            let id = AsyncId::from_u64(number);
            prop_assert_eq!(number.to_string().parse().ok(), id);
        }

        #[test]
        fn other_texts_are_refused_by_a_short_error_on_one_line(text in "[0-9+\\-ä \n\u{1b}]{0,100}") {
            let is_id = text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u64>().is_ok_and(|id| id > 0);
            match text.parse::<AsyncId>() {
                Ok(id) => prop_assert!(is_id && Ok(id.as_u64()) == text.parse()),
                Err(error) => {
                    prop_assert!(!is_id && text.starts_with(error.text()) && error.text().len() <= LONGEST);
                    prop_assert!(!error.to_string().contains(char::is_control));
                }
            }
        }
    }
}
