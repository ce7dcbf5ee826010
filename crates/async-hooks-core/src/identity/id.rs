//! The number that names one async resource for the life of the process.
//!
//! Ids are handed out in blocks: a thread takes a block from the process-wide counter and then counts on its own, so two
//! threads that create resources at full speed do not meet.

use std::cell::Cell;
use std::fmt;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};

/// Names one async resource; unique, and never reused within a process.
///
/// Compare ids, use them as keys, print them. Do not expect one id to follow the other: each thread draws from a block
/// of its own.
///
/// Node: the `asyncId` handed to [`init`](https://nodejs.org/api/async_hooks.html#initasyncid-type-triggerasyncid-resource).
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncId, AsyncResource};
///
/// let query = AsyncResource::new("query");
/// assert!(query.async_id() > AsyncId::ROOT);
/// assert_eq!(AsyncId::ROOT.to_string(), "1");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct AsyncId(NonZeroU64);

impl AsyncId {
    /// The id of the code that runs outside any resource, on every thread.
    pub const ROOT: AsyncId = AsyncId(NonZeroU64::MIN);

    /// The id as a number, for logs and for the wire.
    ///
    /// ```
    /// assert_eq!(async_hooks_core::AsyncId::ROOT.as_u64(), 1);
    /// ```
    #[inline]
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0.get()
    }

    /// The id with this number, read back from a log or the wire; `None` for 0, which names nothing.
    ///
    /// No check is made that such a resource exists or ever did.
    ///
    /// ```
    /// use async_hooks_core::AsyncId;
    ///
    /// assert_eq!(AsyncId::from_u64(1), Some(AsyncId::ROOT));
    /// assert_eq!(AsyncId::from_u64(0), None);
    /// ```
    #[inline]
    #[must_use]
    pub const fn from_u64(number: u64) -> Option<AsyncId> {
        match NonZeroU64::new(number) {
            Some(number) => Some(AsyncId(number)),
            None => None,
        }
    }

    #[inline]
    pub(crate) const fn from_non_zero(number: NonZeroU64) -> AsyncId {
        AsyncId(number)
    }

    #[inline]
    pub(crate) const fn non_zero(self) -> NonZeroU64 {
        self.0
    }

    /// An id that no resource has yet.
    #[inline]
    pub(crate) fn next() -> AsyncId {
        let drawn = NEXT.get();
        let number = if drawn % BLOCK == 0 { first_of_a_new_block() } else { drawn };
        NEXT.set(number + 1);
        AsyncId(NonZeroU64::MIN.saturating_add(number - 1))
    }
}

impl fmt::Display for AsyncId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Large enough that the shared counter is idle, small enough that ids in a log stay short.
const BLOCK: u64 = 256;

/// Blocks start at multiples of `BLOCK`, so a thread that has reached a multiple has used its block up.
static NEXT_BLOCK: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// What this thread hands out next; at first 0, a multiple of `BLOCK`: no block yet.
    static NEXT: Cell<u64> = const { Cell::new(0) };
}

#[cold]
fn first_of_a_new_block() -> u64 {
    let start = NEXT_BLOCK.fetch_add(BLOCK, Ordering::Relaxed);
    // The very first block begins behind 0, which names nothing, and 1, which is ROOT.
    start.max(AsyncId::ROOT.as_u64() + 1)
}
