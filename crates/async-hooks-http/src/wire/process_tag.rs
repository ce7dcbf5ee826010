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
pub struct ProcessTag([u8; 8]);

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
        *CURRENT.get_or_init(|| ProcessTag(random::nonzero()))
    }

    pub(super) fn from_hex(digits: &[u8]) -> Option<Self> {
        hex::decode_id(digits).map(ProcessTag)
    }

    #[inline]
    pub(super) fn write_hex(self, digits: &mut [u8]) {
        hex::encode(&self.0, digits);
    }
}

impl fmt::Display for ProcessTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [0; 16];
        self.write_hex(&mut digits);
        f.pad(std::str::from_utf8(&digits).unwrap_or_default())
    }
}

impl fmt::Debug for ProcessTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProcessTag({self})")
    }
}
