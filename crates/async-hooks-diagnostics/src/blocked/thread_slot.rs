//! The open scopes of one thread, in words that another thread may read.

use std::array;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

use async_hooks_core::AsyncId;

use crate::alive::clock::Moment;
use crate::blocked::handover::WorkerThread;
use crate::blocked::scope_words::{OpenScope, ScopeWords, TIMED};

/// The number of nested scopes that are timed.
const DEPTH: usize = 32;

/// At each multiple of this depth, the scopes of destroyed resources are removed.
///
/// Another thread has destroyed them meanwhile. Such a scope gets no `after`, so it would stay open until a scope around it ends.
const CROWDED: usize = 16;

/// The open scopes of one thread, the innermost last; only that thread writes them.
#[derive(Debug)]
pub(crate) struct ThreadSlot {
    thread: String,
    worker: WorkerThread,
    depth: AtomicUsize,
    turns: AtomicU64,
    scopes: [ScopeWords; DEPTH],
}

impl ThreadSlot {
    pub(crate) fn new() -> ThreadSlot {
        let thread = thread::current();
        let name = thread.name().map_or_else(|| format!("{:?}", thread.id()), str::to_owned);
        ThreadSlot {
            thread: name,
            worker: WorkerThread::new(),
            depth: AtomicUsize::new(0),
            turns: AtomicU64::new(0),
            scopes: array::from_fn(|_| ScopeWords::default()),
        }
    }

    /// The name of the thread.
    pub(crate) fn thread(&self) -> &str {
        &self.thread
    }

    /// Whether another thread has taken the place of this one, which blocks in place.
    pub(crate) fn has_handed_over(&self) -> bool {
        self.worker.has_handed_over()
    }

    #[inline]
    pub(crate) fn enter(&self, id: AsyncId, now: Moment, is_gone: impl Fn(AsyncId) -> bool, is_timed: bool) {
        let mut depth = self.depth.load(Ordering::Relaxed);
        if depth == 0 {
            self.worker.note();
        }
        if depth >= CROWDED && depth % CROWDED == 0 {
            depth = self.remove_gone(is_gone);
        }
        if let Some(scope) = self.scopes.get(depth) {
            let turn = self.turns.load(Ordering::Relaxed) + 2 * TIMED;
            self.turns.store(turn, Ordering::Relaxed);
            scope.open(turn | if is_timed { TIMED } else { 0 }, id, now);
            self.depth.store(depth + 1, Ordering::Relaxed);
        }
    }

    /// Removes the scopes of destroyed resources, and moves the others together.
    ///
    /// Returns the new depth.
    #[cold]
    fn remove_gone(&self, is_gone: impl Fn(AsyncId) -> bool) -> usize {
        let open = &self.scopes[..self.depth.load(Ordering::Relaxed).min(DEPTH)];
        let mut kept = 0;
        for (place, scope) in open.iter().enumerate() {
            if AsyncId::from_u64(scope.id.load(Ordering::Relaxed)).is_none_or(&is_gone) {
                scope.close();
                continue;
            }
            if kept < place {
                scope.move_to(&self.scopes[kept]);
            }
            kept += 1;
        }
        self.depth.store(kept, Ordering::Relaxed);
        kept
    }

    /// The position of the innermost scope of this resource; usually it is the innermost of all.
    #[inline]
    pub(crate) fn place_of(&self, id: AsyncId) -> Option<usize> {
        let depth = self.depth.load(Ordering::Relaxed);
        self.scopes.get(..depth)?.iter().rposition(|scope| scope.id.load(Ordering::Relaxed) == id.as_u64())
    }

    /// Closes this scope, and the scopes inside that are still open.
    ///
    /// An example is a span that was not exited before the poll ended. Returns the ticks that the scope took if they are too
    /// many.
    #[inline]
    pub(crate) fn leave(&self, place: usize, limit: u64, now: Moment) -> Option<u64> {
        let depth = self.depth.load(Ordering::Relaxed);
        let left = self.scopes.get(place..depth)?;
        let scope = left.first()?;
        let timed = scope.turn.load(Ordering::Relaxed) & TIMED;
        left.iter().for_each(ScopeWords::close);
        self.depth.store(place, Ordering::Relaxed);
        let ticks = now.ticks_since(Moment::from_ticks(scope.since.load(Ordering::Relaxed)));
        let discounted = scope.discounted.load(Ordering::Relaxed);
        let is_late = ticks.saturating_sub(discounted) >= limit && timed != 0;
        if is_late || discounted > 0 {
            self.discount_enclosing(place, if is_late { ticks } else { discounted });
        }
        is_late.then_some(ticks)
    }

    /// Subtracts a late nested scope from the time of the scope around it.
    #[cold]
    fn discount_enclosing(&self, place: usize, ticks: u64) {
        if let Some(around) = place.checked_sub(1).and_then(|around| self.scopes.get(around)) {
            let discounted = around.discounted.load(Ordering::Relaxed);
            around.discounted.store(discounted.saturating_add(ticks), Ordering::Relaxed);
        }
    }

    /// The ids of the scopes around a position; called by the thread of the slot.
    pub(crate) fn around(&self, place: usize) -> Vec<u64> {
        self.scopes.iter().take(place).map(|scope| scope.id.load(Ordering::Relaxed)).collect()
    }

    /// The open scopes as another thread sees them, the outermost first.
    ///
    /// Each was open when it was read; the thread goes on meanwhile.
    pub(crate) fn open(&self) -> Vec<OpenScope> {
        self.scopes.iter().enumerate().map_while(|(place, scope)| scope.read(place)).collect()
    }

    /// Whether the scope is still open and has not been reported; marks it as reported.
    pub(crate) fn mark_reported(&self, open: &OpenScope) -> bool {
        let Some(scope) = self.scopes.get(open.place) else { return false };
        let is_open = scope.turn.load(Ordering::Acquire) == open.turn;
        is_open && scope.reported.swap(open.turn, Ordering::Relaxed) != open.turn
    }
}

/// The open scopes of a thread that have taken `limit` ticks or more.
///
/// The innermost comes first. The rule is the same as for scopes that are left. Each has its position and its ticks.
pub(crate) fn late(open: &[OpenScope], limit: u64, now: Moment) -> Vec<(usize, u64)> {
    let mut discounted = 0_u64;
    let mut late = Vec::new();
    for (at, open) in open.iter().enumerate().rev() {
        let ticks = now.ticks_since(open.since);
        discounted = discounted.saturating_add(open.discounted);
        if open.turn & TIMED != 0 && ticks.saturating_sub(discounted) >= limit {
            late.push((at, ticks));
            discounted = ticks;
        }
    }
    late
}

#[cfg(test)]
mod tests;
