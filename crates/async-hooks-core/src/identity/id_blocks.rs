//! The numbers of ids.
//!
//! Each thread takes a block from the counter of the process, and then counts on its own. So threads that create resources at the same time do not contend for the counter.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

/// Large enough that threads rarely use the shared counter, small enough for short ids.
const BLOCK: u64 = 256;

/// 0 is no id, and 1 is ROOT.
const FIRST: u64 = 2;

/// The start of the next block, a multiple of `BLOCK`.
///
/// So a thread that reaches a multiple has used up its own block.
pub(super) struct IdBlocks<C>(C);

/// An atomic counter, or one of a model that explores what a processor may reorder.
pub(crate) trait Counter {
    fn load(&self) -> u64;
    fn add(&self, number: u64) -> u64;
}

impl IdBlocks<AtomicU64> {
    pub(crate) const fn new() -> Self {
        IdBlocks(AtomicU64::new(0))
    }
}

impl<C: Counter> IdBlocks<C> {
    /// A number that was never drawn.
    ///
    /// `next` is the thread's own: its next number, or 0 while it has no block, which is a multiple of `BLOCK` as well.
    #[inline]
    pub(crate) fn draw(&self, next: &Cell<u64>) -> u64 {
        let drawn = next.get();
        let number = if drawn % BLOCK == 0 { self.first_of_a_new_block() } else { drawn };
        next.set(number + 1);
        number
    }

    /// Sets a number aside: the last of a block, so what follows it is drawn from a new one.
    pub(crate) fn reserve(&self) -> u64 {
        self.0.add(BLOCK) + BLOCK - 1
    }

    /// A number that is greater than each until now.
    pub(crate) fn upper_bound(&self) -> u64 {
        self.0.load()
    }

    #[cold]
    fn first_of_a_new_block(&self) -> u64 {
        self.0.add(BLOCK).max(FIRST)
    }
}

impl Counter for AtomicU64 {
    fn load(&self) -> u64 {
        AtomicU64::load(self, Ordering::Relaxed)
    }

    fn add(&self, number: u64) -> u64 {
        self.fetch_add(number, Ordering::Relaxed)
    }
}

#[cfg(all(test, async_hooks_model))]
mod model;
