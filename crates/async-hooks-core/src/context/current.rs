//! The mapping that is current on this thread.
//!
//! A reader lends out a borrow of it while the reader's closure runs, and that closure may do anything: change the mapping,
//! enter scopes, poll futures. A writer that finds the mapping lent out goes on with a copy of it, and the reader, when it
//! is done, puts the copy into its place. Nobody pays a reference count for reading, except a reader inside a reader that
//! has written in between; and no borrow ever fails.

use std::cell::{Cell, RefCell, RefMut};
use std::mem::{self, ManuallyDrop};

use crate::context::mapping::{Found, Key, Mapping};
use crate::context::sink::{CapturedContext, ContextSink, SinkSlot};

thread_local! {
    /// Without a destructor: so it is there in thread-local destructors, and reaching it is one instruction. What a scope
    /// brings in it takes out again; what outlives every scope is taken out by `AT_THREAD_END`.
    static CONTEXT: Context = const { Context::new() };

    static AT_THREAD_END: AtThreadEnd = const { AtThreadEnd };
}

struct Context {
    /// How many scopes with a mapping of their own this thread is in.
    depth: Cell<u32>,
    /// The current mapping, unless it is lent out and was changed since.
    mapping: RefCell<ManuallyDrop<Mapping>>,
    is_changed: Cell<bool>,
    /// The current mapping if it was. Never lent out itself.
    changed: RefCell<ManuallyDrop<Mapping>>,
    changes: Cell<u32>,
    sink: SinkSlot,
}

/// Runs `f` with the current mapping.
#[inline]
pub(crate) fn read<R>(f: impl FnOnce(&Mapping) -> R) -> R {
    CONTEXT.with(|context| context.read(f))
}

/// The current mapping, to keep.
#[inline]
pub(crate) fn capture() -> Mapping {
    let mut current = Mapping::EMPTY;
    // Written from inside: handing it out would leave a check behind for a thread-local that is gone, which this never is.
    CONTEXT.with(|context| current = context.current());
    current
}

/// Brings in the mapping of a scope, and takes out the one around it.
#[inline]
pub(crate) fn enter(mapping: &mut Mapping) {
    CONTEXT.with(|context| {
        context.depth.set(context.depth.get().wrapping_add(1));
        context.swap(mapping);
    });
}

/// Undoes [`enter`].
#[inline]
pub(crate) fn leave(mapping: &mut Mapping) {
    CONTEXT.with(|context| {
        context.depth.set(context.depth.get().wrapping_sub(1));
        context.swap(mapping);
    });
}

/// Exchanges the current mapping for `mapping`.
#[inline]
pub(crate) fn swap(mapping: &mut Mapping) {
    CONTEXT.with(|context| context.swap(mapping));
}

/// Changes the current mapping, which whoever does so puts back in the end.
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

/// Puts `found` where the key belongs in the current mapping, and into `found` what was there.
#[inline]
pub(crate) fn exchange(key: Key, found: &mut Found) {
    let is_done = CONTEXT.with(|context| match context.mapping.try_borrow_mut() {
        Ok(mut current) => current.exchange_in_place(key, found),
        Err(_) => false,
    });
    if !is_done {
        change_for_exchange(key, found);
    }
}

/// The nodes stay when the value is gone, for the next one; so this too is for the thread's end to clear up.
#[inline(never)]
fn change_for_exchange(key: Key, found: &mut Found) {
    let wanted = found.take();
    *found = change_to_stay(|mapping| mapping.put_back(key, wanted));
}

/// Number of persistent changes this thread has made; a caller compares two answers to learn whether one came in between.
#[inline]
pub(crate) fn changes() -> u32 {
    CONTEXT.with(|context| context.changes.get())
}

/// Makes a change that outlives the call which makes it: `enter_with`, a guard, what an `AsyncLocalFuture` hands over.
///
/// The sink of the polled task, if there is one, receives the new context at once.
pub(crate) fn set_persistent<R>(f: impl FnOnce(&mut Mapping) -> R) -> R {
    CONTEXT.with(|context| context.changes.set(context.changes.get().wrapping_add(1)));
    let replaced = change_to_stay(f);
    CONTEXT.with(Context::send_to_sink);
    replaced
}

/// Changes the current mapping, and nothing changes it back; a thread past its end no longer keeps such a change.
pub(crate) fn change_to_stay<R>(f: impl FnOnce(&mut Mapping) -> R) -> R {
    match AT_THREAD_END.try_with(|_| ()) {
        Ok(()) => change(f),
        Err(_) => f(&mut Mapping::EMPTY.clone()),
    }
}

/// The sink of the innermost open poll on this thread.
#[inline]
pub(crate) fn with_sink<R>(f: impl FnOnce(&SinkSlot) -> R) -> R {
    CONTEXT.with(|context| f(&context.sink))
}

/// From here on the sink receives persistent changes made at this depth.
#[inline]
pub(crate) fn open_sink(sink: ContextSink) {
    CONTEXT.with(|context| context.sink.open(sink, context.depth.get()));
}

/// A value set for the length of a call is unset again. If the sink received a change during that call, it received that value
/// as well, so it receives the context once more.
#[inline]
pub(crate) fn note_end_of_scoped_value() {
    CONTEXT.with(|context| {
        if context.sink.has_received() {
            context.send_to_sink();
        }
    });
}

struct AtThreadEnd;

impl Drop for AtThreadEnd {
    fn drop(&mut self) {
        let mut left = Mapping::EMPTY;
        swap(&mut left);
    }
}

impl Context {
    const fn new() -> Self {
        Context {
            depth: Cell::new(0),
            mapping: RefCell::new(ManuallyDrop::new(Mapping::EMPTY)),
            is_changed: Cell::new(false),
            changed: RefCell::new(ManuallyDrop::new(Mapping::EMPTY)),
            changes: Cell::new(0),
            sink: SinkSlot::new(),
        }
    }

    #[cold]
    fn send_to_sink(&self) {
        if let Some(sink) = self.sink.for_change_at(self.depth.get()) {
            (sink.keep)(sink.task, CapturedContext(capture()));
        }
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

    /// The reader that lent out what was changed since then folds when it is done.
    #[cold]
    fn read_changed<R>(&self, f: impl FnOnce(&Mapping) -> R) -> R {
        f(&self.copy_of_changed())
    }

    #[inline]
    fn current(&self) -> Mapping {
        if self.is_changed.get() { self.copy_of_changed() } else { Mapping::clone(&self.mapping.borrow()) }
    }

    #[cold]
    fn copy_of_changed(&self) -> Mapping {
        Mapping::clone(&self.changed.borrow())
    }

    #[inline]
    fn swap(&self, mapping: &mut Mapping) {
        match self.mapping.try_borrow_mut() {
            Ok(mut current) => mem::swap(&mut **current, mapping),
            Err(_) => mem::swap(&mut *self.beside_what_is_lent(), mapping),
        }
    }

    #[cold]
    fn beside_what_is_lent(&self) -> RefMut<'_, Mapping> {
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

struct Fold<'a>(&'a Context);

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
