//! The mapping that is current on this thread.
//!
//! A reader lends out a borrow of it while the reader's closure runs, and that closure may do anything: change the mapping,
//! enter scopes, poll futures. So the thread keeps a short stack of layers. The top one is current; a writer that finds the
//! top lent out copies it one layer up and goes on there, and the reader, when it is done, folds what is above back into
//! its own layer. Nobody pays a reference count for reading, and no borrow ever fails.

use std::cell::{Cell, RefCell, RefMut};
use std::mem::{self, ManuallyDrop};

use crate::mapping::{Found, Key, Mapping};

thread_local! {
    /// Without a destructor: so it is there in thread-local destructors, and reaching it is one instruction. What a scope
    /// brings in it takes out again; what outlives every scope is taken out by `AT_THREAD_END`.
    static LAYERS: Layers = const { Layers::new() };

    static AT_THREAD_END: AtThreadEnd = const { AtThreadEnd };
}

/// How deep readers may nest with a write between each two; the deepest reads a copy instead.
const DEPTH: usize = 4;

struct Layers {
    top: Cell<usize>,
    layers: [RefCell<ManuallyDrop<Mapping>>; DEPTH],
}

/// Runs `f` with the current mapping.
#[inline]
pub(crate) fn read<R>(f: impl FnOnce(&Mapping) -> R) -> R {
    LAYERS.with(|layers| layers.read(f))
}

/// The current mapping, to keep.
#[inline]
pub(crate) fn current() -> Mapping {
    LAYERS.with(|layers| Mapping::clone(&layers.top().borrow()))
}

/// Exchanges the current mapping for `mapping`.
#[inline]
pub(crate) fn swap(mapping: &mut Mapping) {
    LAYERS.with(|layers| layers.swap(mapping));
}

/// Changes the current mapping, which whoever does so puts back in the end.
///
/// `change` runs no foreign code: what it replaces it returns, to be dropped by the caller. No layer is borrowed meanwhile,
/// since changing allocates, and an allocator may look at the context too.
#[inline]
pub(crate) fn change<R>(change: impl FnOnce(&mut Mapping) -> R) -> R {
    let mut mapping = Mapping::EMPTY;
    swap(&mut mapping);
    let replaced = change(&mut mapping);
    swap(&mut mapping);
    replaced
}

/// Puts `found` where the key belongs in the current mapping, and hands out what was there.
#[inline]
pub(crate) fn put_back(key: Key, found: Found) -> Found {
    let in_place = LAYERS.with(|layers| match layers.top().try_borrow_mut() {
        Ok(mut current) => current.put_back_in_place(key, found),
        Err(_) => Err(found),
    });
    in_place.unwrap_or_else(|found| change_for_put_back(key, found))
}

/// The nodes stay when the value is gone, for the next one; so this too is for the thread's end to clear up.
#[inline(never)]
fn change_for_put_back(key: Key, found: Found) -> Found {
    change_for_good(|mapping| mapping.put_back(key, found))
}

/// Changes the current mapping for good, which a thread that has come to its end no longer does.
pub(crate) fn change_for_good<R>(f: impl FnOnce(&mut Mapping) -> R) -> R {
    match AT_THREAD_END.try_with(|_| ()) {
        Ok(()) => change(f),
        Err(_) => f(&mut Mapping::EMPTY.clone()),
    }
}

struct AtThreadEnd;

impl Drop for AtThreadEnd {
    fn drop(&mut self) {
        let mut left = Mapping::EMPTY;
        swap(&mut left);
    }
}

impl Layers {
    const fn new() -> Self {
        Layers { top: Cell::new(0), layers: [const { RefCell::new(ManuallyDrop::new(Mapping::EMPTY)) }; DEPTH] }
    }

    #[inline]
    fn top(&self) -> &RefCell<ManuallyDrop<Mapping>> {
        &self.layers[self.top.get() % DEPTH]
    }

    #[inline]
    fn read<R>(&self, f: impl FnOnce(&Mapping) -> R) -> R {
        let level = self.top.get();
        // Declared before the borrow, so it folds after the borrow has ended.
        let _fold = FoldInto { layers: self, level };
        let (lent, copy);
        let mapping: &Mapping = if level + 1 < DEPTH {
            lent = self.top().borrow();
            &lent
        } else {
            // The deepest layer is never lent out, so that a writer always finds one to write to.
            copy = self.copy();
            &copy
        };
        f(mapping)
    }

    #[cold]
    fn copy(&self) -> Mapping {
        Mapping::clone(&self.top().borrow())
    }

    #[inline]
    fn swap(&self, mapping: &mut Mapping) {
        match self.top().try_borrow_mut() {
            Ok(mut current) => mem::swap(&mut **current, mapping),
            Err(_) => mem::swap(&mut *self.one_layer_up(), mapping),
        }
    }

    /// The top is lent out: what is to be current goes one layer up.
    #[cold]
    fn one_layer_up(&self) -> RefMut<'_, Mapping> {
        let lent = Mapping::clone(&self.top().borrow());
        self.top.set(self.top.get() + 1);
        let mut above = self.top().borrow_mut();
        **above = lent;
        RefMut::map(above, |above| &mut **above)
    }

    #[cold]
    fn fold_into(&self, level: usize) {
        let mut folded = mem::take(&mut **self.top().borrow_mut());
        match self.layers[level].try_borrow_mut() {
            Ok(mut below) => {
                mem::swap(&mut **below, &mut folded);
                self.top.set(level);
            }
            // An outer reader still has this layer on loan, and folds when it is done.
            Err(_) => mem::swap(&mut **self.top().borrow_mut(), &mut folded),
        }
        // `folded` is dropped here, outside any borrow: a value's own drop may look at the context.
    }
}

struct FoldInto<'a> {
    layers: &'a Layers,
    level: usize,
}

impl Drop for FoldInto<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.layers.top.get() != self.level {
            self.layers.fold_into(self.level);
        }
    }
}

#[cfg(test)]
mod tests;
