//! The scopes that are open on each thread, so that another thread sees how long they have been.
//!
//! ```text
//!   a thread     ──▶ enter, leave: plain stores into a slot of its own
//!   the watchdog ──▶ reads the slots of all threads, and believes no scope that changed while it read
//! ```
//!
//! Nothing on the path of a poll locks, and no two threads write the same word.

use std::array;
use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;

use async_hooks_core::AsyncId;

use crate::alive::clock::Moment;

/// Deeper scopes are not timed.
const DEPTH: usize = 32;

/// What all threads do, for one who wants to know.
#[derive(Debug)]
pub(crate) struct OpenScopes {
    name: u64,
    slots: Mutex<Vec<Weak<Slot>>>,
}

/// One thread's open scopes, the innermost last; written by that thread only.
#[derive(Debug)]
pub(crate) struct Slot {
    thread: String,
    depth: AtomicUsize,
    turns: AtomicU64,
    scopes: [Scope; DEPTH],
}

/// A place for an open scope.
#[derive(Debug, Default)]
struct Scope {
    /// Which one of this thread's scopes it is; 0 while it is being written, and when none is open here.
    turn: AtomicU64,
    id: AtomicU64,
    since: AtomicU64,
    /// Ticks spent in scopes inside that were too long themselves.
    excused: AtomicU64,
    /// The turn that the watchdog has told of; written by nobody else.
    told: AtomicU64,
}

/// A scope that is open on some thread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Open {
    pub(crate) id: u64,
    pub(crate) since: Moment,
    turn: u64,
    place: usize,
    excused: u64,
}

/// A scope that was left and has been too long.
#[derive(Debug)]
pub(crate) struct Late {
    pub(crate) slot: Arc<Slot>,
    pub(crate) ticks: u64,
    /// Whose scopes it was in.
    pub(crate) around: Vec<u64>,
}

struct Mine {
    name: u64,
    owner: Weak<OpenScopes>,
    slot: Arc<Slot>,
}

thread_local! {
    /// A slot for each who watches: mostly one.
    static MINE: RefCell<Vec<Mine>> = const { RefCell::new(Vec::new()) };
}

impl OpenScopes {
    pub(crate) fn new() -> Arc<OpenScopes> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Arc::new(OpenScopes { name: NEXT.fetch_add(1, Ordering::Relaxed), slots: Mutex::default() })
    }

    /// A scope begins on this thread. A thread past its end notes nothing.
    #[inline]
    pub(crate) fn enter(self: &Arc<Self>, id: AsyncId, now: impl FnOnce() -> Moment) {
        self.with_slot(|slot| slot.enter(id, now()));
    }

    /// A scope ends on this thread. Answers if it took so many ticks or more, those not counted that were spent inside in
    /// scopes which did so themselves.
    #[inline]
    pub(crate) fn leave(self: &Arc<Self>, id: AsyncId, limit: u64, now: impl FnOnce() -> Moment) -> Option<Late> {
        self.with_slot(|slot| {
            let depth = slot.place_of(id)?;
            let ticks = slot.leave(depth, limit, now())?;
            Some(Late { slot: Arc::clone(slot), ticks, around: slot.around(depth) })
        })
        .flatten()
    }

    /// The slots of all threads that are there.
    pub(crate) fn slots(&self) -> Vec<Arc<Slot>> {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.iter().filter_map(Weak::upgrade).collect()
    }

    #[inline]
    fn with_slot<R>(self: &Arc<Self>, f: impl FnOnce(&Arc<Slot>) -> R) -> Option<R> {
        let with = |mine: &RefCell<Vec<Mine>>| {
            let mut mine = mine.try_borrow_mut().ok()?;
            let at = match mine.iter().position(|mine| mine.name == self.name) {
                Some(at) => at,
                None => self.add_slot(&mut mine),
            };
            mine.get(at).map(|mine| f(&mine.slot))
        };
        MINE.try_with(with).ok().flatten()
    }

    #[cold]
    fn add_slot(self: &Arc<Self>, mine: &mut Vec<Mine>) -> usize {
        mine.retain(|mine| mine.owner.strong_count() > 0);
        let slot = Arc::new(Slot::new());
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() == slots.capacity() {
            // Only when it would grow, so that many threads that come and go do not walk the list each.
            slots.retain(|slot| slot.strong_count() > 0);
            let live = slots.len();
            slots.reserve(live + 1);
        }
        slots.push(Arc::downgrade(&slot));
        mine.push(Mine { name: self.name, owner: Arc::downgrade(self), slot });
        mine.len() - 1
    }
}

impl Slot {
    fn new() -> Slot {
        let thread = thread::current();
        let name = thread.name().map_or_else(|| format!("{:?}", thread.id()), str::to_owned);
        Slot {
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
    fn enter(&self, id: AsyncId, now: Moment) {
        let depth = self.depth.load(Ordering::Relaxed);
        if let Some(scope) = self.scopes.get(depth) {
            let turn = self.turns.load(Ordering::Relaxed) + 1;
            self.turns.store(turn, Ordering::Relaxed);
            scope.open(turn, id, now);
            self.depth.store(depth + 1, Ordering::Relaxed);
        }
    }

    /// Where the innermost scope of this resource is; mostly the innermost at all.
    #[inline]
    fn place_of(&self, id: AsyncId) -> Option<usize> {
        let depth = self.depth.load(Ordering::Relaxed);
        self.scopes.get(..depth)?.iter().rposition(|scope| scope.id.load(Ordering::Relaxed) == id.as_u64())
    }

    /// Closes this scope and whatever is still open inside: a span that nobody has exited before the poll ended, say. How
    /// many ticks it took, if that is too many.
    #[inline]
    fn leave(&self, place: usize, limit: u64, now: Moment) -> Option<u64> {
        let depth = self.depth.load(Ordering::Relaxed);
        let left = self.scopes.get(place..depth)?;
        left.iter().for_each(Scope::close);
        self.depth.store(place, Ordering::Relaxed);
        let scope = left.first()?;
        let ticks = now.ticks_since(Moment::from_ticks(scope.since.load(Ordering::Relaxed)));
        let excused = scope.excused.load(Ordering::Relaxed);
        let is_late = ticks.saturating_sub(excused) >= limit;
        if is_late || excused > 0 {
            self.excuse_around(place, if is_late { ticks } else { excused });
        }
        is_late.then_some(ticks)
    }

    /// What was too long inside is not laid to the charge of what is around it.
    #[cold]
    fn excuse_around(&self, place: usize, ticks: u64) {
        if let Some(around) = place.checked_sub(1).and_then(|around| self.scopes.get(around)) {
            let excused = around.excused.load(Ordering::Relaxed);
            around.excused.store(excused.saturating_add(ticks), Ordering::Relaxed);
        }
    }

    /// Whose scopes are open on this thread, for that thread itself.
    fn around(&self, place: usize) -> Vec<u64> {
        self.scopes.iter().take(place).map(|scope| scope.id.load(Ordering::Relaxed)).collect()
    }

    /// The open scopes as another thread sees them, the outermost first. Each is one that was really open; they may have
    /// changed in between.
    pub(crate) fn open(&self) -> Vec<Open> {
        self.scopes.iter().enumerate().map_while(|(place, scope)| scope.read(place)).collect()
    }

    /// Whether it is still open, and nobody was told of it before; from now on somebody was.
    pub(crate) fn tell(&self, open: &Open) -> bool {
        let Some(scope) = self.scopes.get(open.place) else { return false };
        let is_open = scope.turn.load(Ordering::Acquire) == open.turn;
        is_open && scope.told.swap(open.turn, Ordering::Relaxed) != open.turn
    }
}

impl Scope {
    #[inline]
    fn open(&self, turn: u64, id: AsyncId, now: Moment) {
        // The place was closed before; nobody may see what is written now beside the turn that it had then.
        fence(Ordering::Release);
        self.id.store(id.as_u64(), Ordering::Relaxed);
        self.since.store(now.ticks(), Ordering::Relaxed);
        self.excused.store(0, Ordering::Relaxed);
        self.turn.store(turn, Ordering::Release);
    }

    #[inline]
    fn close(&self) {
        self.turn.store(0, Ordering::Relaxed);
    }

    /// `None` when nothing is open here, or something else than a moment ago.
    fn read(&self, place: usize) -> Option<Open> {
        let turn = self.turn.load(Ordering::Acquire);
        let id = self.id.load(Ordering::Relaxed);
        let since = Moment::from_ticks(self.since.load(Ordering::Relaxed));
        let excused = self.excused.load(Ordering::Relaxed);
        fence(Ordering::Acquire);
        let is_same = turn != 0 && self.turn.load(Ordering::Relaxed) == turn;
        is_same.then_some(Open { id, since, turn, place, excused })
    }
}

/// Those among the open scopes of a thread that have taken so many ticks or more by now, by the same rule as those that
/// are left: the innermost first, each with where it stands and its ticks.
pub(crate) fn late(open: &[Open], limit: u64, now: Moment) -> Vec<(usize, u64)> {
    let mut excused = 0_u64;
    let mut late = Vec::new();
    for (at, open) in open.iter().enumerate().rev() {
        let ticks = now.ticks_since(open.since);
        excused = excused.saturating_add(open.excused);
        if ticks.saturating_sub(excused) >= limit {
            late.push((at, ticks));
            excused = ticks;
        }
    }
    late
}

#[cfg(test)]
mod tests;
