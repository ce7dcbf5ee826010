//! The context that is current on this thread.
//!
//! A reader holds a borrow while its closure runs, and that closure may do anything: change the mapping, enter scopes,
//! poll futures. A writer that finds the mapping borrowed continues with a copy, and the reader puts the copy in place
//! when it is done. Reading costs no reference count, except for a reader inside a reader that has written in between;
//! and no borrow ever fails.

use std::cell::{Cell, RefCell, RefMut};
use std::mem::{self, ManuallyDrop};
use std::panic::{self, AssertUnwindSafe, Location};

use crate::context::depth::{Depth, Watch};
use crate::context::mapping::Mapping;
use crate::context::mapping::node::Key;
use crate::context::mapping::previous::Previous;
use crate::context::sink::SinkSlot;
use crate::context::snapshot_call::SnapshotCall;
use crate::panics;

thread_local! {
    /// The thread's context, without a destructor.
    ///
    /// So it works in thread-local destructors, and an access is one instruction. A scope restores what it changed;
    /// what outlives every scope is cleared by `AT_THREAD_END`.
    static CONTEXT: Current = const { Current::new() };

    static AT_THREAD_END: AtThreadEnd = const { AtThreadEnd };
}

/// All that a thread keeps of its context, apart from the list of what is entered.
pub(crate) struct Current {
    /// How many levels this thread is in.
    pub(crate) depth: Cell<Depth>,
    /// The innermost snapshot's call this thread is in.
    pub(crate) call: Cell<SnapshotCall>,
    /// What makes leaving a level, or setting a value, more than an exchange.
    pub(crate) watch: Watch,
    /// Whether a span that is listed has brought a context.
    pub(crate) has_brought: Cell<bool>,
    /// The current mapping, unless it is borrowed and was changed since.
    mapping: RefCell<ManuallyDrop<Mapping>>,
    is_changed: Cell<bool>,
    /// The current mapping in that case; it is never borrowed itself.
    changed: RefCell<ManuallyDrop<Mapping>>,
    /// Number of persistent changes: tells whether one came in between.
    pub(crate) changes: Cell<u32>,
    /// The line of the last one.
    pub(crate) last_change: Cell<&'static Location<'static>>,
    /// Number of futures that were done and handed values or guards over to what surrounds them.
    pub(crate) handed_over: Cell<u32>,
    /// Number of layers that had gone when this thread last looked.
    pub(crate) seen_gone: Cell<u64>,
    /// The oldest living guard of a task that nobody tracks.
    #[cfg(feature = "tokio")]
    pub(crate) untracked_guard: Cell<Option<UntrackedGuard>>,
    /// Whether this thread runs a fork function.
    pub(crate) is_forking: Cell<bool>,
    /// The id of the resource whose code runs detached; 0 for none.
    pub(crate) detached: Cell<u64>,
    /// Whether the `before` or `destroy` that is delivered is that of a future.
    pub(crate) is_of_future: Cell<bool>,
    /// Whether this thread runs code of a foreign context.
    pub(crate) runs_foreign: Cell<bool>,
    /// Receives the persistent changes of a polled task.
    pub(crate) sink: SinkSlot,
}

/// A guard that a task has entered which nobody tracks.
#[cfg(feature = "tokio")]
#[derive(Clone, Copy)]
pub(crate) struct UntrackedGuard {
    /// A hash of the task's id, which only the runtime knows.
    pub(crate) task: u64,
    pub(crate) serial: u64,
    pub(crate) line: &'static Location<'static>,
}

/// Runs `f` with all that this thread keeps.
#[inline]
pub(crate) fn with<R>(f: impl FnOnce(&Current) -> R) -> R {
    CONTEXT.with(f)
}

/// Runs `f` with the current mapping.
#[inline]
pub(crate) fn read<R>(f: impl FnOnce(&Mapping) -> R) -> R {
    CONTEXT.with(|current| current.read(f))
}

/// The current mapping, to keep.
#[inline]
pub(crate) fn capture() -> Mapping {
    let mut captured = Mapping::EMPTY;
    // Written from inside: handing it out would leave a check behind for a thread-local that is gone, which this never is.
    CONTEXT.with(|current| captured = current.capture());
    captured
}

/// Exchanges the current mapping for `mapping`.
#[inline]
pub(crate) fn swap(mapping: &mut Mapping) {
    CONTEXT.with(|current| current.swap(mapping));
}

/// Changes the current mapping; the caller changes it back in the end.
///
/// `change` runs no foreign code: what it replaces it returns, to be dropped by the caller. Nothing is borrowed meanwhile,
/// since changing allocates, and an allocator may look at the context too.
#[inline]
pub(crate) fn change<R>(change: impl FnOnce(&mut Mapping) -> R) -> R {
    let mut mapping = Mapping::EMPTY;
    swap(&mut mapping);
    let replaced = change(&mut mapping);
    swap(&mut mapping);
    replaced
}

/// Swaps `found` with the slot of the key in the current mapping.
pub(crate) fn exchange(key: Key, found: &mut Previous) {
    if !CONTEXT.with(|current| current.exchange_in_place(key, found)) {
        exchange_in_copy(key, found);
    }
}

/// As [`exchange`], where it takes another node.
///
/// Nodes stay when a value is gone, for the next one; so this too is for the thread's end to clear up.
#[inline(never)]
pub(crate) fn exchange_in_copy(key: Key, found: &mut Previous) {
    let wanted = found.take();
    *found = change_to_stay(|mapping| mapping.put_back(key, wanted));
}

/// Changes the current mapping permanently, if the thread keeps changes.
pub(crate) fn change_to_stay<R>(f: impl FnOnce(&mut Mapping) -> R) -> R {
    if keeps_changes() { change(f) } else { f(&mut Mapping::EMPTY.clone()) }
}

/// Whether a permanent change lasts.
///
/// Outside of all levels it does not on a thread past its end, since nobody would free it.
pub(crate) fn keeps_changes() -> bool {
    AT_THREAD_END.try_with(|_| ()).is_ok() || with(|current| !current.depth.get().is_thread())
}

/// Takes the mapping by value: a reference would keep it in memory on the hot path.
#[cold]
#[inline(never)]
fn swap_in_copy(mut mapping: Mapping) -> Mapping {
    CONTEXT.with(|current| mem::swap(&mut *current.copy_of_borrowed(), &mut mapping));
    mapping
}

struct AtThreadEnd;

impl Drop for AtThreadEnd {
    fn drop(&mut self) {
        let mut left = Mapping::EMPTY;
        swap(&mut left);
        // A panic in the destructor of a thread-local aborts the process.
        if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(|| drop(left))) {
            panics::report(format_args!("a value panicked while its thread dropped it"), &*payload);
            panics::discard(payload);
        }
    }
}

impl Current {
    const fn new() -> Self {
        Current {
            depth: Cell::new(Depth::THREAD),
            call: Cell::new(SnapshotCall::NONE),
            watch: Watch::new(),
            has_brought: Cell::new(false),
            mapping: RefCell::new(ManuallyDrop::new(Mapping::EMPTY)),
            is_changed: Cell::new(false),
            changed: RefCell::new(ManuallyDrop::new(Mapping::EMPTY)),
            changes: Cell::new(0),
            last_change: Cell::new(Location::caller()),
            handed_over: Cell::new(0),
            seen_gone: Cell::new(0),
            #[cfg(feature = "tokio")]
            untracked_guard: Cell::new(None),
            is_forking: Cell::new(false),
            detached: Cell::new(0),
            is_of_future: Cell::new(false),
            runs_foreign: Cell::new(false),
            sink: SinkSlot::new(),
        }
    }

    /// The mark of values set in the executing resource's current snapshot call; 0 without one.
    #[inline]
    pub(crate) fn identity_of_call(&self) -> u64 {
        let call = self.call.get();
        match call.is_open_at(self.depth.get()) {
            false => 0,
            true if call.identity() != 0 => call.identity(),
            true => self.draw_identity_of_call(),
        }
    }

    #[cold]
    fn draw_identity_of_call(&self) -> u64 {
        let call = self.call.get().numbered();
        self.call.set(call);
        call.identity()
    }

    #[inline]
    fn read<R>(&self, f: impl FnOnce(&Mapping) -> R) -> R {
        if self.is_changed.get() {
            return self.read_changed(f);
        }
        // Declared before the borrow, so it folds after the borrow has ended.
        let _fold = Fold(self);
        f(&self.mapping.borrow())
    }

    /// The reader whose borrow was replaced puts the copy in place when it is done.
    #[cold]
    fn read_changed<R>(&self, f: impl FnOnce(&Mapping) -> R) -> R {
        f(&self.copy_of_changed())
    }

    /// Borrows to write, which is one test.
    ///
    /// Where nobody reads, nothing was changed meanwhile either.
    #[inline]
    fn capture(&self) -> Mapping {
        if self.mapping.try_borrow_mut().is_ok_and(|mapping| mapping.is_same(&Mapping::EMPTY)) {
            return Mapping::EMPTY;
        }
        match self.mapping.try_borrow_mut() {
            Ok(mapping) => Mapping::clone(&mapping),
            Err(_) => self.capture_from_reader(),
        }
    }

    #[cold]
    fn capture_from_reader(&self) -> Mapping {
        if self.is_changed.get() { self.copy_of_changed() } else { Mapping::clone(&self.mapping.borrow()) }
    }

    #[cold]
    fn copy_of_changed(&self) -> Mapping {
        Mapping::clone(&self.changed.borrow())
    }

    /// As [`exchange`], where that takes no other node and nobody reads; else returns `false`.
    #[inline(always)]
    pub(crate) fn exchange_in_place(&self, key: Key, found: &mut Previous) -> bool {
        self.mapping.try_borrow_mut().is_ok_and(|mut mapping| mapping.exchange_in_place(key, found))
    }

    #[inline]
    pub(crate) fn swap(&self, mapping: &mut Mapping) {
        match self.mapping.try_borrow_mut() {
            Ok(mut current) => mem::swap(&mut **current, mapping),
            Err(_) => *mapping = swap_in_copy(mem::take(mapping)),
        }
    }

    #[cold]
    fn copy_of_borrowed(&self) -> RefMut<'_, Mapping> {
        let mut changed = self.changed.borrow_mut();
        if !self.is_changed.replace(true) {
            **changed = Mapping::clone(&self.mapping.borrow());
        }
        RefMut::map(changed, |changed| &mut **changed)
    }

    #[cold]
    fn fold(&self) {
        // An outer reader that still has it on loan folds when it is done.
        let Ok(mut current) = self.mapping.try_borrow_mut() else { return };
        let changed = mem::take(&mut **self.changed.borrow_mut());
        let outdated = mem::replace(&mut **current, changed);
        self.is_changed.set(false);
        drop(current);
        // Only now, outside any borrow: a value's own drop may look at the context.
        drop(outdated);
    }
}

struct Fold<'a>(&'a Current);

impl Drop for Fold<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.0.is_changed.get() {
            self.0.fold();
        }
    }
}

#[cfg(test)]
mod tests;
