//! The tag of a process.

use std::fmt;
use std::sync::OnceLock;

use crate::wire::hex;
use crate::wire::random;

/// A random number that tells this process from all others: 16 hexadecimal digits.
///
/// Async ids are unique within one process only. With the tag they are unique among all processes that call each other, and
/// the tag says nothing about the machine or its user.
///
/// Node: `process.pid` next to an async id, without the collisions between machines.
///
/// # Examples
///
/// ```
/// use async_hooks_http::ProcessTag;
///
/// assert_eq!(ProcessTag::current(), ProcessTag::current());
/// assert_eq!(ProcessTag::current().to_string().len(), 16);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessTag(
    /// The digits.
    [u8; 16],
);

impl ProcessTag {
    /// Returns the tag of this process, which is the same until it ends.
    ///
    /// ```
    /// use async_hooks_http::ProcessTag;
    ///
    /// let tag = ProcessTag::current();
    /// assert_eq!(std::thread::spawn(ProcessTag::current).join().unwrap(), tag);
    /// ```
    #[must_use]
    pub fn current() -> Self {
        static CURRENT: OnceLock<ProcessTag> = OnceLock::new();
        *CURRENT.get_or_init(|| {
            let [word] = random::nonzero();
            ProcessTag(hex::encode(word.to_ne_bytes()))
        })
    }

    pub(super) fn parse(digits: &[u8]) -> Option<Self> {
        let digits = digits.try_into().ok()?;
        hex::are_digits(&digits).then_some(ProcessTag(digits))
    }

    #[inline]
    pub(super) fn digits(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for ProcessTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(std::str::from_utf8(&self.0).unwrap_or_default())
    }
}

impl fmt::Debug for ProcessTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProcessTag({self})")
    }
}
