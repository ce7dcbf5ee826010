//! The mapping from every `AsyncLocal` to its value: what a resource captures, and what a poll swaps in and out.
//!
//! TC39's AsyncContext proposal calls this the [AsyncContextMapping](https://tc39.es/proposal-async-context/). It is a
//! persistent trie: capturing it is one reference count however many locals are set. A change is made in place where
//! nobody else holds what leads to it, and copies one node a level where somebody does. A node is an array whose length is a
//! power of two, indexed by the low bits of the key; it doubles when two keys meet, and at `WIDTH` slots it grows a level
//! instead. Keys count up from 1, so nodes fill densely.
//!
//! ```text
//!   keys 1..=5              keys 1..=40
//!   [_ 1 2 3 4 5 _ _]       [· · · · · · · · · · · · · · · ·]   low four bits
//!                            │                             └ [_ 31 …]
//!                            └ [_ 16 32 _]                       next four bits
//! ```

use std::any::Any;
use std::iter;
use std::mem;
use std::slice;
use std::sync;

use triomphe::{Arc, ThinArc};

/// What an `AsyncLocal` is set to; `None` is "exited": set to nothing, which hides a default.
pub(crate) type Value = Option<sync::Arc<dyn Any + Send + Sync>>;

/// Names one `AsyncLocal`, in its low bits, as of its last disabling: a mapping has one slot for a local, and finds in it only
/// what was set under the same key.
pub(crate) type Key = u64;

pub(crate) const LOCAL_BITS: u32 = 40;

#[derive(Clone, Default)]
pub(crate) struct Mapping(Option<Node>);

/// One word, so that a context is one word wherever it is kept or exchanged.
type Node = ThinArc<(), Slot>;

#[derive(Clone)]
enum Slot {
    Empty,
    Set(Key, Value),
    /// Only in nodes of `WIDTH` slots.
    Branch(Node),
}

/// What a key was: to be put back, or dropped.
#[must_use]
pub(crate) struct Found(Slot);

const WIDTH: usize = 16;
const BITS: u32 = WIDTH.trailing_zeros();

impl Found {
    pub(crate) const NOTHING: Found = Found(Slot::Empty);

    #[inline]
    pub(crate) fn of(key: Key, value: Value) -> Found {
        Found(Slot::Set(key, value))
    }

    /// Leaves nothing in its place.
    #[inline]
    pub(crate) fn take(&mut self) -> Found {
        mem::replace(self, Found::NOTHING)
    }
}

impl Mapping {
    pub(crate) const EMPTY: Mapping = Mapping(None);

    /// Whether no key is set; nodes may be there all the same, kept for the next value.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|node| is_without_keys(&node.slice))
    }

    /// Whether both are the very same mapping; equal contents in different memory do not count.
    #[inline]
    pub(crate) fn is_same(&self, other: &Mapping) -> bool {
        match (&self.0, &other.0) {
            (Some(mine), Some(theirs)) => mine.as_ptr() == theirs.as_ptr(),
            (None, None) => true,
            _ => false,
        }
    }

    #[inline]
    pub(crate) fn get(&self, key: Key) -> Option<&Value> {
        let mut node = self.0.as_ref()?;
        let mut path = key;
        loop {
            match node.slice.get(index(path, node.slice.len()))? {
                Slot::Set(found, value) if *found == key => return Some(value),
                Slot::Branch(child) => node = child,
                _ => return None,
            }
            path >>= BITS;
        }
    }

    /// The slot in which the local's value is if it has any.
    #[inline]
    fn slot(&self, key: Key) -> Option<&Slot> {
        let mut node = self.0.as_ref()?;
        let mut path = key;
        loop {
            match node.slice.get(index(path, node.slice.len()))? {
                Slot::Branch(child) => node = child,
                slot => return Some(slot),
            }
            path >>= BITS;
        }
    }

    /// Sets the key, and hands out what it was: to be put back, or to be dropped when no mapping is in hand, since a value's
    /// drop is foreign code.
    #[inline]
    pub(crate) fn set(&mut self, key: Key, value: Value) -> Found {
        self.put_back(key, Found::of(key, value))
    }

    #[inline]
    pub(crate) fn remove(&mut self, key: Key) -> Found {
        self.put_back(key, Found(Slot::Empty))
    }

    /// Makes the key what it was found to be before: set to a value, exited, or nothing at all.
    pub(crate) fn put_back(&mut self, key: Key, mut found: Found) -> Found {
        if self.exchange_in_place(key, &mut found) { found } else { self.put_back_in_copy(key, found) }
    }

    fn put_back_in_copy(&mut self, key: Key, found: Found) -> Found {
        let replaced = self.found(key);
        match found.0 {
            Slot::Set(key, value) => *self = self.with(key, value),
            _ if matches!(replaced.0, Slot::Empty) => {}
            _ => {
                *self = self.with(key, None);
                self.exchange_in_place(key, &mut Found(Slot::Empty));
            }
        }
        replaced
    }

    /// A mapping in which the key is set, and all else is as in this one.
    #[inline(always)]
    pub(crate) fn with(&self, key: Key, value: Value) -> Mapping {
        Mapping(Some(match &self.0 {
            Some(node) if has_others(&node.slice, key) => node_with(&node.slice, 0, key, value),
            _ => Node::from_header_and_iter((), iter::once(Slot::Set(key, value))),
        }))
    }

    /// As [`put_back`](Self::put_back) where that does not allocate: nobody else holds what is to be changed, and there is
    /// a slot. Then `found` is what was there; otherwise this answers `false`.
    #[inline]
    pub(crate) fn exchange_in_place(&mut self, key: Key, found: &mut Found) -> bool {
        self.0.as_mut().is_some_and(|node| exchange_in_node(node, key, key, found))
    }

    /// Makes the local what it is in `source`.
    pub(crate) fn copy_from(&mut self, source: &Mapping, key: Key) -> Found {
        self.put_back(key, source.found(key))
    }

    /// What the local is, under whichever key it was set.
    fn found(&self, key: Key) -> Found {
        match self.slot(key) {
            Some(slot @ Slot::Set(found, _)) if is_same_local(*found, key) => Found(slot.clone()),
            _ => Found::NOTHING,
        }
    }

    /// Repeats on `target` what was done to `base` to make `self`; hands out what that replaces.
    pub(crate) fn repeat_changes(&self, base: &Mapping, target: &mut Mapping) -> Vec<Found> {
        let mut changed = Vec::new();
        self.for_each(&mut |key, value| {
            if !base.get(key).is_some_and(|known| is_same_value(known, value)) {
                changed.push(key);
            }
        });
        base.for_each(&mut |key, _| {
            if !matches!(self.slot(key), Some(Slot::Set(found, _)) if is_same_local(*found, key)) {
                changed.push(key);
            }
        });
        changed.into_iter().map(|key| target.copy_from(self, key)).collect()
    }

    pub(crate) fn for_each<'m>(&'m self, visit: &mut impl FnMut(Key, &'m Value)) {
        if let Some(node) = &self.0 {
            for_each_in(&node.slice, visit);
        }
    }
}

#[inline]
fn is_same_local(one: Key, other: Key) -> bool {
    (one ^ other) << (Key::BITS - LOCAL_BITS) == 0
}

#[inline]
fn index(path: Key, length: usize) -> usize {
    path as usize & (length - 1)
}

/// [`Mapping::exchange_in_place`], in the node from which `path` goes on.
#[inline(always)]
fn exchange_in_node(node: &mut Node, path: Key, key: Key, found: &mut Found) -> bool {
    node.with_arc_mut(|node| {
        let Some(slots) = Arc::get_mut(node).map(|node| node.slice_mut()) else { return false };
        match slots.get_mut(index(path, slots.len())) {
            Some(Slot::Branch(child)) => return exchange_in_child(child, path >> BITS, key, found),
            Some(Slot::Set(other, _)) if !is_same_local(*other, key) => return false,
            Some(there) => mem::swap(there, &mut found.0),
            None => return false,
        }
        true
    })
}

/// Apart, since a function that calls itself is never inlined, and most nodes are roots.
fn exchange_in_child(child: &mut Node, path: Key, key: Key, found: &mut Found) -> bool {
    exchange_in_node(child, path, key, found)
}

/// Whether there is anything to copy; not, if one local is set again and again.
#[inline]
fn has_others(node: &[Slot], key: Key) -> bool {
    !matches!(node, [Slot::Set(other, _)] if is_same_local(*other, key))
}

/// A copy of the node in which the key is set; `shift` bits of it led here.
fn node_with(node: &[Slot], shift: u32, key: Key, value: Value) -> Node {
    let path = key >> shift;
    let there = &node[index(path, node.len())];
    let (length, mut slot) = match there {
        Slot::Set(other, _) if !is_same_local(*other, key) => match length_for(path, *other >> shift) {
            Some(length) => (length, Slot::Set(key, value)),
            None => (WIDTH, Slot::Branch(node_with(slice::from_ref(there), shift + BITS, key, value))),
        },
        Slot::Branch(child) => (WIDTH, Slot::Branch(node_with(&child.slice, shift + BITS, key, value))),
        _ => (node.len(), Slot::Set(key, value)),
    };
    let copied = |at: usize| match &node[index(at as Key, node.len())] {
        _ if at == index(path, length) => mem::replace(&mut slot, Slot::Empty),
        Slot::Set(key, _) if index(*key >> shift, length) != at => Slot::Empty,
        kept => kept.clone(),
    };
    Node::from_header_and_iter((), (0..length).map(copied))
}

/// How long a node must be to have room for both; none if they part in a child.
#[inline]
fn length_for(path: Key, other: Key) -> Option<usize> {
    let parting = (path ^ other).trailing_zeros();
    (parting < BITS).then(|| 2 << parting)
}

fn is_without_keys(node: &[Slot]) -> bool {
    node.iter().all(|slot| match slot {
        Slot::Empty => true,
        Slot::Set(..) => false,
        Slot::Branch(child) => is_without_keys(&child.slice),
    })
}

fn for_each_in<'m>(node: &'m [Slot], visit: &mut impl FnMut(Key, &'m Value)) {
    for slot in node {
        match slot {
            Slot::Set(key, value) => visit(*key, value),
            Slot::Branch(child) => for_each_in(&child.slice, visit),
            Slot::Empty => {}
        }
    }
}

fn is_same_value(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => sync::Arc::ptr_eq(one, other),
        (None, None) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
