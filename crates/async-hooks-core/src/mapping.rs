//! The mapping from every `AsyncLocal` to its value: what a resource captures, and what a poll swaps in and out.
//!
//! TC39's AsyncContext proposal calls this the [AsyncContextMapping](https://tc39.es/proposal-async-context/). It is a
//! persistent trie: capturing it is one reference count however many locals are set, and a change copies at most one node
//! a level. A node is an array whose length is a power of two, indexed by the low bits of the key; it doubles when two
//! keys meet, and at `WIDTH` entries it grows a level instead. Keys count up from 1, so nodes fill densely.
//!
//! ```text
//!   keys 1..=5              keys 1..=40
//!   [_ 1 2 3 4 5 _ _]       [· · · · · · · · · · · · · · · ·]   low four bits
//!                            │                             └ [_ 31 …]
//!                            └ [_ 16 32 _]                       next four bits
//! ```

use std::any::Any;
use std::mem;
use std::sync::Arc;

/// What an `AsyncLocal` is set to; `None` is "exited": set to nothing, which hides a default.
pub(crate) type Value = Option<Arc<dyn Any + Send + Sync>>;

/// Names one `AsyncLocal` in a mapping; never 0.
pub(crate) type Key = u64;

#[derive(Clone, Default)]
pub(crate) struct Mapping(Option<Node>);

type Node = Arc<[Slot]>;

#[derive(Clone)]
enum Slot {
    Empty,
    Set(Key, Value),
    /// Only in nodes of `WIDTH` slots.
    Branch(Node),
}

const WIDTH: usize = 16;
const BITS: u32 = WIDTH.trailing_zeros();

impl Mapping {
    pub(crate) const EMPTY: Mapping = Mapping(None);

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Whether both are the very same mapping; equal contents in different memory do not count.
    #[inline]
    pub(crate) fn is_same(&self, other: &Mapping) -> bool {
        match (&self.0, &other.0) {
            (Some(mine), Some(theirs)) => Arc::ptr_eq(mine, theirs),
            (None, None) => true,
            _ => false,
        }
    }

    #[inline]
    pub(crate) fn get(&self, key: Key) -> Option<&Value> {
        let mut node: &[Slot] = self.0.as_ref()?;
        let mut path = key;
        loop {
            match node.get(index(path, node.len()))? {
                Slot::Set(found, value) => return (*found == key).then_some(value),
                Slot::Branch(child) => node = child,
                Slot::Empty => return None,
            }
            path >>= BITS;
        }
    }

    /// Sets the key and hands out what it replaced: its drop is foreign code, to be run when no mapping is in hand.
    pub(crate) fn set(&mut self, key: Key, value: Value) -> Value {
        match &mut self.0 {
            Some(node) => set_in(node, key, 0, value),
            None => {
                self.0 = Some(Arc::new([Slot::Set(key, value)]));
                None
            }
        }
    }

    pub(crate) fn remove(&mut self, key: Key) -> Value {
        let found = self.get(key)?.clone();
        if self.0.as_mut().is_some_and(|node| remove_in(node, key)) {
            self.0 = None;
        }
        found
    }

    /// Gives `key` what it was found to be before: a value, "exited", or nothing at all.
    pub(crate) fn put_back(&mut self, key: Key, found: Option<Value>) -> Value {
        match found {
            Some(value) => self.set(key, value),
            None => self.remove(key),
        }
    }

    /// Repeats on `target` what was done to `base` to make `self`.
    pub(crate) fn repeat_changes(&self, base: &Mapping, target: &mut Mapping) {
        self.for_each(&mut |key, value| {
            if !base.get(key).is_some_and(|known| is_same_value(known, value)) {
                target.set(key, value.clone());
            }
        });
        base.for_each(&mut |key, _| {
            if self.get(key).is_none() {
                target.remove(key);
            }
        });
    }

    fn for_each<'m>(&'m self, visit: &mut impl FnMut(Key, &'m Value)) {
        if let Some(node) = &self.0 {
            for_each_in(node, visit);
        }
    }
}

#[inline]
fn index(path: Key, length: usize) -> usize {
    path as usize & (length - 1)
}

/// Copies `node` if anyone else holds it, then sets the key; `depth` levels of the key's bits led here.
fn set_in(node: &mut Node, key: Key, depth: u32, value: Value) -> Value {
    let length = node.len();
    let slot = &mut Arc::make_mut(node)[index(key >> (depth * BITS), length)];
    match slot {
        Slot::Branch(child) => set_in(child, key, depth + 1, value),
        Slot::Set(other, _) if *other != key => make_room(node, key, depth, value),
        slot => match mem::replace(slot, Slot::Set(key, value)) {
            Slot::Set(_, replaced) => replaced,
            _ => None,
        },
    }
}

/// Two keys want one slot: double the node, or at full width let both move into a child.
#[cold]
fn make_room(node: &mut Node, key: Key, depth: u32, value: Value) -> Value {
    let length = node.len();
    if length < WIDTH {
        *node = doubled(node, depth);
    } else {
        let slot = &mut Arc::make_mut(node)[index(key >> (depth * BITS), length)];
        let other = mem::replace(slot, Slot::Empty);
        *slot = Slot::Branch(Arc::new([other]));
    }
    set_in(node, key, depth, value)
}

fn doubled(node: &Node, depth: u32) -> Node {
    let length = node.len() * 2;
    let place = |position: usize| match &node[position & (node.len() - 1)] {
        Slot::Set(key, value) if index(*key >> (depth * BITS), length) == position => Slot::Set(*key, value.clone()),
        _ => Slot::Empty,
    };
    (0..length).map(place).collect()
}

/// Empties the key's slot, which is there, and says whether the node holds nothing any more.
fn remove_in(node: &mut Node, path: Key) -> bool {
    let length = node.len();
    let slots = Arc::make_mut(node);
    let slot = &mut slots[index(path, length)];
    let emptied = match slot {
        Slot::Branch(child) => remove_in(child, path >> BITS),
        Slot::Set(..) | Slot::Empty => true,
    };
    if emptied {
        *slot = Slot::Empty;
    }
    slots.iter().all(|slot| matches!(slot, Slot::Empty))
}

fn for_each_in<'m>(node: &'m [Slot], visit: &mut impl FnMut(Key, &'m Value)) {
    for slot in node {
        match slot {
            Slot::Set(key, value) => visit(*key, value),
            Slot::Branch(child) => for_each_in(child, visit),
            Slot::Empty => {}
        }
    }
}

fn is_same_value(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (None, None) => true,
        _ => false,
    }
}
