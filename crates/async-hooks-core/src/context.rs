//! The mapping that is current on this thread.
//!
//! A reader lends out a borrow of it while the reader's closure runs, and that closure may do anything: change the mapping,
//! enter scopes, poll futures. So the thread keeps a short stack of layers. The top one is current; a writer that finds the
//! top lent out copies it one layer up and goes on there, and the reader, when it is done, folds what is above back into
//! its own layer. Nobody pays a reference count for reading, and no borrow ever fails.

use std::cell::{Cell, RefCell};
use std::mem;

use crate::mapping::Mapping;

thread_local! {
    static LAYERS: Layers = const { Layers::new() };
}

/// How deep readers may nest with a write between each two; the deepest reads a copy instead.
const DEPTH: usize = 4;

struct Layers {
    top: Cell<usize>,
    layers: [RefCell<Mapping>; DEPTH],
}

/// Runs `f` with the current mapping; with an empty one when the thread is past its end.
#[inline]
pub(crate) fn read<R>(f: impl FnOnce(&Mapping) -> R) -> R {
    if LAYERS.try_with(|_| ()).is_err() {
        return f(&Mapping::EMPTY);
    }
    LAYERS.with(|layers| layers.read(f))
}

/// The current mapping, to keep.
#[inline]
pub(crate) fn current() -> Mapping {
    LAYERS.try_with(|layers| layers.top().borrow().clone()).unwrap_or_default()
}

/// Exchanges the current mapping for `mapping`; does nothing when the thread is past its end.
#[inline]
pub(crate) fn swap(mapping: &mut Mapping) {
    // A thread that is being torn down has no context any more; what would run in one still runs.
    let _ = LAYERS.try_with(|layers| layers.swap(mapping));
}

/// Changes the current mapping. `change` runs no foreign code: what it replaces it returns, to be dropped by the caller.
pub(crate) fn update<R>(change: impl FnOnce(&mut Mapping) -> R) -> R {
    let mut mapping = Mapping::EMPTY;
    swap(&mut mapping);
    let replaced = change(&mut mapping);
    swap(&mut mapping);
    replaced
}

impl Layers {
    const fn new() -> Self {
        Layers { top: Cell::new(0), layers: [const { RefCell::new(Mapping::EMPTY) }; DEPTH] }
    }

    #[inline]
    fn top(&self) -> &RefCell<Mapping> {
        &self.layers[self.top.get() % DEPTH]
    }

    #[inline]
    fn read<R>(&self, f: impl FnOnce(&Mapping) -> R) -> R {
        let level = self.top.get();
        if level + 1 == DEPTH {
            return self.read_copy(f);
        }
        // Declared before the borrow, so it folds after the borrow has ended.
        let _fold = FoldInto { layers: self, level };
        match self.top().try_borrow() {
            Ok(lent) => f(&lent),
            // May not happen: nothing but a swap borrows mutably, and no foreign code runs in one.
            Err(_) => f(&Mapping::EMPTY),
        }
    }

    /// The deepest layer is never lent out, so that a writer always finds one to write to.
    #[cold]
    fn read_copy<R>(&self, f: impl FnOnce(&Mapping) -> R) -> R {
        let copy = self.top().borrow().clone();
        f(&copy)
    }

    #[inline]
    fn swap(&self, mapping: &mut Mapping) {
        match self.top().try_borrow_mut() {
            Ok(mut current) => mem::swap(&mut *current, mapping),
            Err(_) => self.swap_above(mapping),
        }
    }

    /// The top is lent out: what is to be current goes one layer up.
    #[cold]
    fn swap_above(&self, mapping: &mut Mapping) {
        let lent = self.top().borrow().clone();
        self.top.set(self.top.get() + 1);
        self.top().replace(mem::replace(mapping, lent));
    }

    #[cold]
    fn fold_into(&self, level: usize) {
        let mut folded = self.top().take();
        match self.layers[level].try_borrow_mut() {
            Ok(mut below) => {
                mem::swap(&mut *below, &mut folded);
                self.top.set(level);
            }
            // An outer reader still has this layer on loan, and folds when it is done.
            Err(_) => mem::swap(&mut *self.top().borrow_mut(), &mut folded),
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
