//! The id of an async resource.

use std::cell::Cell;
use std::fmt;
use std::num::NonZeroU64;
use std::sync::atomic::AtomicU64;

use crate::identity::id_blocks::IdBlocks;

/// The id of one async resource: unique, and never reused within a process.
///
/// Compare ids, use them as keys, print them. Do not expect ids to follow the order of creation: each thread takes its
/// ids from a block of its own.
///
/// Node: the `asyncId` argument of
/// [`init`](https://nodejs.org/api/async_hooks.html#initasyncid-type-triggerasyncid-resource).
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
    /// The id of the root: it executes on every thread that is outside any resource.
    ///
    /// ```
    /// use async_hooks_core::{AsyncId, execution_async_id};
    ///
    /// assert_eq!(execution_async_id(), AsyncId::ROOT);
    /// ```
    pub const ROOT: AsyncId = AsyncId(NonZeroU64::MIN);

    /// Returns the id as a number, to log it or to send it.
    ///
    /// ```
    /// assert_eq!(async_hooks_core::AsyncId::ROOT.as_u64(), 1);
    /// ```
    #[inline]
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0.get()
    }

    /// Returns the id with this number, read from a log or a message; `None` for 0.
    ///
    /// It does not check whether a resource with this id exists or has existed.
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

    /// Returns a number that is greater than each id until now.
    pub(crate) fn upper_bound() -> u64 {
        BLOCKS.upper_bound()
    }

    /// Returns an id that no resource has yet.
    #[inline]
    pub(crate) fn next() -> AsyncId {
        let number = NEXT.with(|next| BLOCKS.draw(next));
        AsyncId(NonZeroU64::MIN.saturating_add(number - 1))
    }
}

impl AsyncId {
    /// Sets an id aside for a resource that is created later: the last of a block.
    pub(crate) fn reserve() -> AsyncId {
        let number = BLOCKS.reserve();
        AsyncId(NonZeroU64::MIN.saturating_add(number - 1))
    }

    /// Runs what creates a resource: the first one gets this reserved id.
    ///
    /// It is the last of its block, so further ones take their ids from a new block.
    pub(crate) fn create_reserved<R>(self, create: impl FnOnce() -> R) -> R {
        let next = NEXT.replace(self.as_u64());
        let created = create();
        NEXT.set(next);
        created
    }
}

impl fmt::Display for AsyncId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

static BLOCKS: IdBlocks<AtomicU64> = IdBlocks::new();

thread_local! {
    /// The next id of this thread; 0 until it has a block of ids.
    static NEXT: Cell<u64> = const { Cell::new(0) };
}
