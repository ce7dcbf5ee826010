//! The open scopes of each thread, and since when: readable by another thread.
//!
//! ```text
//!   a thread      enters and leaves: plain stores into a slot of its own
//!   the watchdog  reads the slots of all threads, and skips a scope that changed while it was read
//! ```
//!
//! A poll takes no lock, and no two threads write the same word.

use std::array;
use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;

use async_hooks_core::AsyncId;

use crate::alive::clock::Moment;

/// The number of nested scopes that are timed.
const DEPTH: usize = 32;

/// At each multiple of this depth, scopes are removed whose resource was destroyed meanwhile by another thread.
///
/// Such a scope gets no `after`, so it would stay open until a scope around it ends.
const CROWDED: usize = 16;

/// The slots of all threads, for one watch.
#[derive(Debug)]
pub(crate) struct OpenScopes {
    name: u64,
    slots: Mutex<Vec<Weak<ThreadSlot>>>,
}

/// The open scopes of one thread, the innermost last; only that thread writes them.
#[derive(Debug)]
pub(crate) struct ThreadSlot {
    thread: String,
    depth: AtomicUsize,
    turns: AtomicU64,
    scopes: [Scope; DEPTH],
}

/// One entry of a slot.
#[derive(Debug, Default)]
struct Scope {
    /// Counts the scopes of this thread; 0 while the entry is written or holds no open scope.
    turn: AtomicU64,
    id: AtomicU64,
    since: AtomicU64,
    /// Ticks spent in nested scopes that took too long themselves.
    discounted: AtomicU64,
    /// The turn that the watchdog has reported; the thread writes it only when it moves the scope.
    reported: AtomicU64,
}

/// A copy of an entry, made while its scope was open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct OpenScope {
    pub(crate) id: u64,
    pub(crate) since: Moment,
    turn: u64,
    place: usize,
    discounted: u64,
}

/// A scope that was left and took too long.
#[derive(Debug)]
pub(crate) struct Late {
    pub(crate) slot: Arc<ThreadSlot>,
    pub(crate) ticks: u64,
    /// The ids of the scopes around it.
    pub(crate) around: Vec<u64>,
}

struct OwnSlot {
    name: u64,
    owner: Weak<OpenScopes>,
    slot: Arc<ThreadSlot>,
}

thread_local! {
    /// A slot for each enabled watch: usually one.
    static OWN_SLOTS: RefCell<Vec<OwnSlot>> = const { RefCell::new(Vec::new()) };
}

impl OpenScopes {
    pub(crate) fn new() -> Arc<OpenScopes> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Arc::new(OpenScopes { name: NEXT.fetch_add(1, Ordering::Relaxed), slots: Mutex::default() })
    }

    /// A scope begins on this thread. Does nothing on a thread whose destructors run.
    #[inline]
    ///
    /// `is_gone` tells whether a resource was destroyed. It is called only where very many scopes are open, to remove those that
    /// never get an end.
    pub(crate) fn enter(
        self: &Arc<Self>,
        id: AsyncId,
        now: impl FnOnce() -> Moment,
        is_gone: impl Fn(AsyncId) -> bool,
    ) {
        self.with_slot(|slot| slot.enter(id, now(), is_gone));
    }

    /// A scope ends on this thread.
    ///
    /// Returns it if it took `limit` ticks or more, without those that nested scopes took which are late themselves.
    #[inline]
    pub(crate) fn leave(self: &Arc<Self>, id: AsyncId, limit: u64, now: impl FnOnce() -> Moment) -> Option<Late> {
        self.with_slot(|slot| {
            let depth = slot.place_of(id)?;
            let ticks = slot.leave(depth, limit, now())?;
            Some(Late { slot: Arc::clone(slot), ticks, around: slot.around(depth) })
        })
        .flatten()
    }

    /// The slots of all living threads.
    pub(crate) fn slots(&self) -> Vec<Arc<ThreadSlot>> {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.iter().filter_map(Weak::upgrade).collect()
    }

    #[inline]
    fn with_slot<R>(self: &Arc<Self>, f: impl FnOnce(&Arc<ThreadSlot>) -> R) -> Option<R> {
        let with = |own: &RefCell<Vec<OwnSlot>>| {
            let mut own = own.try_borrow_mut().ok()?;
            let at = match own.iter().position(|own| own.name == self.name) {
                Some(at) => at,
                None => self.add_slot(&mut own),
            };
            own.get(at).map(|own| f(&own.slot))
        };
        OWN_SLOTS.try_with(with).ok().flatten()
    }

    #[cold]
    fn add_slot(self: &Arc<Self>, own: &mut Vec<OwnSlot>) -> usize {
        own.retain(|own| own.owner.strong_count() > 0);
        let slot = Arc::new(ThreadSlot::new());
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() == slots.capacity() {
            // Only when the list would grow: if many threads come and go, not each of them walks it.
            slots.retain(|slot| slot.strong_count() > 0);
            let live = slots.len();
            slots.reserve(live + 1);
        }
        slots.push(Arc::downgrade(&slot));
        own.push(OwnSlot { name: self.name, owner: Arc::downgrade(self), slot });
        own.len() - 1
    }
}

impl ThreadSlot {
    fn new() -> ThreadSlot {
        let thread = thread::current();
        let name = thread.name().map_or_else(|| format!("{:?}", thread.id()), str::to_owned);
        ThreadSlot {
            thread: name,
            depth: AtomicUsize::new(0),
            turns: AtomicU64::new(0),
            scopes: array::from_fn(|_| Scope::default()),
        }
    }

    /// The name of the thread.
    pub(crate) fn thread(&self) -> &str {
        &self.thread
    }

    #[inline]
    fn enter(&self, id: AsyncId, now: Moment, is_gone: impl Fn(AsyncId) -> bool) {
        let mut depth = self.depth.load(Ordering::Relaxed);
        if depth >= CROWDED && depth % CROWDED == 0 {
            depth = self.remove_gone(is_gone);
        }
        if let Some(scope) = self.scopes.get(depth) {
            let turn = self.turns.load(Ordering::Relaxed) + 1;
            self.turns.store(turn, Ordering::Relaxed);
            scope.open(turn, id, now);
            self.depth.store(depth + 1, Ordering::Relaxed);
        }
    }

    /// Removes the scopes of destroyed resources, and moves the others together. Returns the new depth.
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
    fn place_of(&self, id: AsyncId) -> Option<usize> {
        let depth = self.depth.load(Ordering::Relaxed);
        self.scopes.get(..depth)?.iter().rposition(|scope| scope.id.load(Ordering::Relaxed) == id.as_u64())
    }

    /// Closes this scope, and the scopes inside that are still open.
    ///
    /// An example is a span that was not exited before the poll ended. Returns the ticks that the scope took if they are too
    /// many.
    #[inline]
    fn leave(&self, place: usize, limit: u64, now: Moment) -> Option<u64> {
        let depth = self.depth.load(Ordering::Relaxed);
        let left = self.scopes.get(place..depth)?;
        left.iter().for_each(Scope::close);
        self.depth.store(place, Ordering::Relaxed);
        let scope = left.first()?;
        let ticks = now.ticks_since(Moment::from_ticks(scope.since.load(Ordering::Relaxed)));
        let discounted = scope.discounted.load(Ordering::Relaxed);
        let is_late = ticks.saturating_sub(discounted) >= limit;
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
    fn around(&self, place: usize) -> Vec<u64> {
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

impl Scope {
    #[inline]
    fn open(&self, turn: u64, id: AsyncId, now: Moment) {
        // The entry was closed before. A reader must not see the new words together with the old turn.
        fence(Ordering::Release);
        self.id.store(id.as_u64(), Ordering::Relaxed);
        self.since.store(now.ticks(), Ordering::Relaxed);
        self.discounted.store(0, Ordering::Relaxed);
        self.turn.store(turn, Ordering::Release);
    }

    /// Opens the same scope in another entry, with the same turn, and closes this one.
    fn move_to(&self, other: &Scope) {
        let turn = self.turn.load(Ordering::Relaxed);
        self.close();
        fence(Ordering::Release);
        for (to, from) in [
            (&other.id, &self.id),
            (&other.since, &self.since),
            (&other.discounted, &self.discounted),
            (&other.reported, &self.reported),
        ] {
            to.store(from.load(Ordering::Relaxed), Ordering::Relaxed);
        }
        other.turn.store(turn, Ordering::Release);
    }

    #[inline]
    fn close(&self) {
        self.turn.store(0, Ordering::Relaxed);
    }

    /// `None` if no scope is open here, or if it changed while it was read.
    fn read(&self, place: usize) -> Option<OpenScope> {
        let turn = self.turn.load(Ordering::Acquire);
        let id = self.id.load(Ordering::Relaxed);
        let since = Moment::from_ticks(self.since.load(Ordering::Relaxed));
        let discounted = self.discounted.load(Ordering::Relaxed);
        fence(Ordering::Acquire);
        let is_same = turn != 0 && self.turn.load(Ordering::Relaxed) == turn;
        is_same.then_some(OpenScope { id, since, turn, place, discounted })
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
        if ticks.saturating_sub(discounted) >= limit {
            late.push((at, ticks));
            discounted = ticks;
        }
    }
    late
}

#[cfg(test)]
mod tests;
