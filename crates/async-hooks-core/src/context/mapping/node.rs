//! A node of the mapping's trie: each slot holds a local's value, or leads to a child.

use std::any::Any;
use std::mem;
use std::slice;
use std::sync;

use triomphe::{Arc, ThinArc};

use crate::context::mapping::setter::Setter;

/// What an `AsyncLocal` is set to; `None` is "exited": set to nothing, which hides a default.
pub(crate) type Value = Option<sync::Arc<dyn Any + Send + Sync>>;

/// The key of one `AsyncLocal`: its number in the low bits, above it a count of `disable`s.
///
/// A mapping has one slot for a local, and finds in it only a value that was set under the same key.
pub(crate) type Key = u64;

pub(crate) const LOCAL_BITS: u32 = 40;

/// A bit of a key: the local stays with the executing resource when a span brings a context.
pub(crate) const STAYS: Key = 1 << (LOCAL_BITS - 3);

/// One word, so that a context is one word wherever it is kept or exchanged.
pub(crate) type Node = ThinArc<(), Slot>;

#[derive(Clone)]
pub(crate) enum Slot {
    Empty,
    /// Of its [`Setter`] the two parts, which fit beside the tag as they are and not as one.
    Set {
        low: u32,
        high: u16,
        key: Key,
        value: Value,
    },
    /// Only in nodes of `WIDTH` slots.
    Branch(Node),
}

impl Slot {
    #[inline]
    pub(super) fn set(setter: Setter, key: Key, value: Value) -> Self {
        Slot::Set { low: setter.low, high: setter.high, key, value }
    }

    /// Who has set the value here.
    #[inline]
    pub(super) fn setter(&self) -> Option<Setter> {
        match self {
            Slot::Set { low, high, .. } => Some(Setter { low: *low, high: *high }),
            Slot::Empty | Slot::Branch(_) => None,
        }
    }

    /// The key under which a value is set here.
    #[inline]
    pub(super) fn key(&self) -> Option<Key> {
        match self {
            Slot::Set { key, .. } => Some(*key),
            Slot::Empty | Slot::Branch(_) => None,
        }
    }
}

const WIDTH: usize = 16;
pub(super) const BITS: u32 = WIDTH.trailing_zeros();

#[inline]
pub(crate) fn is_same_local(one: Key, other: Key) -> bool {
    (one ^ other) << (Key::BITS - LOCAL_BITS) == 0
}

#[inline]
pub(super) fn index(path: Key, length: usize) -> usize {
    path as usize & (length - 1)
}

/// Exchanges a slot in place, in the root.
///
/// See [`Mapping::exchange_in_place`](crate::context::mapping::Mapping::exchange_in_place).
#[inline(always)]
pub(super) fn exchange_in_root(root: &mut Node, key: Key, found: &mut Slot) -> bool {
    exchange(root, key, |there| match there {
        Slot::Branch(child) => exchange_in_child(child, key >> BITS, key, found),
        there => exchange_slots(there, key, found),
    })
}

/// A function of its own, since a recursive one is never inlined, and most nodes are roots.
fn exchange_in_child(child: &mut Node, path: Key, key: Key, found: &mut Slot) -> bool {
    let empties = matches!(found, Slot::Empty) && !has_others_than(&child.slice, index(path, child.slice.len()));
    exchange(child, path, |there| match there {
        Slot::Branch(child) => exchange_in_child(child, path >> BITS, key, found),
        there => !empties && exchange_slots(there, key, found),
    })
}

/// Runs `f` on the slot to which `path` leads, if nobody else holds the node.
#[inline(always)]
fn exchange(node: &mut Node, path: Key, f: impl FnOnce(&mut Slot) -> bool) -> bool {
    node.with_arc_mut(|node| {
        let Some(slots) = Arc::get_mut(node).map(|node| node.slice_mut()) else { return false };
        slots.get_mut(index(path, slots.len())).is_some_and(f)
    })
}

#[inline(always)]
fn exchange_slots(there: &mut Slot, key: Key, found: &mut Slot) -> bool {
    if there.key().is_some_and(|other| !is_same_local(other, key)) {
        return false;
    }
    mem::swap(there, found);
    true
}

/// Whether the number in the key is 0: no other one has as many zeros.
#[inline]
pub(super) fn is_first(key: Key) -> bool {
    key as u32 == 0
}

/// Whether a local of this number would share a root's first slot with number 0.
///
/// No local has such a number.
pub(crate) fn is_kept_free(number: Key) -> bool {
    index(number, WIDTH) == 0
}

/// Whether a slot besides this one is used; children are never empty.
fn has_others_than(slots: &[Slot], place: usize) -> bool {
    slots.iter().enumerate().any(|(at, slot)| at != place && !matches!(slot, Slot::Empty))
}

/// Whether this local is the only slot of the node.
///
/// Then there is nothing to copy, as when one local is set again and again.
#[inline]
pub(super) fn is_alone(node: &[Slot], key: Key) -> bool {
    matches!(node, [slot] if slot.key().is_some_and(|other| is_same_local(other, key)))
}

/// A copy of the node with this slot for the local of `key`.
///
/// `shift` bits of the key were used above.
pub(super) fn node_with(node: &[Slot], shift: u32, key: Key, set: Slot) -> Node {
    let path = key >> shift;
    let there = &node[index(path, node.len())];
    match there.key().filter(|other| !is_same_local(*other, key)) {
        Some(other) => match length_for(path, other >> shift) {
            Some(length) => grown(node, shift, length, path, set),
            None => {
                let child = node_with(slice::from_ref(there), shift + BITS, key, set);
                grown(node, shift, WIDTH, path, Slot::Branch(child))
            }
        },
        None => {
            let slot = match there {
                Slot::Branch(child) => Slot::Branch(node_with(&child.slice, shift + BITS, key, set)),
                _ => set,
            };
            replaced(node, index(path, node.len()), slot)
        }
    }
}

/// A copy with another slot in this place.
///
/// The slot is swapped afterwards: comparing places in the loop costs more.
fn replaced(node: &[Slot], place: usize, slot: Slot) -> Node {
    let mut copy = Node::from_header_and_iter((), node.iter().cloned());
    copy.with_arc_mut(|copy| {
        if let Some(there) = Arc::get_mut(copy).and_then(|copy| copy.slice_mut().get_mut(place)) {
            *there = slot;
        }
    });
    copy
}

/// A copy of this length, in which `path` leads to the slot.
fn grown(node: &[Slot], shift: u32, length: usize, path: Key, mut slot: Slot) -> Node {
    let copied = |at: usize| match &node[index(at as Key, node.len())] {
        _ if at == index(path, length) => mem::replace(&mut slot, Slot::Empty),
        Slot::Set { key, .. } if index(*key >> shift, length) != at => Slot::Empty,
        kept => kept.clone(),
    };
    Node::from_header_and_iter((), (0..length).map(copied))
}

/// A copy of the node without the local, and without children that become empty.
pub(super) fn node_without(node: &[Slot], path: Key, key: Key) -> Node {
    let place = index(path, node.len());
    let slot = match &node[place] {
        Slot::Branch(child) if has_others(&child.slice, key) => {
            Slot::Branch(node_without(&child.slice, path >> BITS, key))
        }
        _ => Slot::Empty,
    };
    replaced(node, place, slot)
}

/// Whether the node holds a key besides this local.
fn has_others(node: &[Slot], key: Key) -> bool {
    node.iter().any(|slot| match slot {
        Slot::Branch(child) => has_others(&child.slice, key),
        slot => slot.key().is_some_and(|other| !is_same_local(other, key)),
    })
}

/// How long a node must be to have room for both; none if they part in a child.
#[inline]
fn length_for(path: Key, other: Key) -> Option<usize> {
    let parting = (path ^ other).trailing_zeros();
    (parting < BITS).then(|| 2 << parting)
}

/// A node of one slot.
#[inline]
pub(super) fn of_one(slot: Slot) -> Node {
    Node::from_header_and_iter((), One { slot, is_there: true })
}

/// Yields one slot.
///
/// Its length is a constant, so that the size of the node is one, too.
struct One {
    slot: Slot,
    is_there: bool,
}

impl Iterator for One {
    type Item = Slot;

    #[inline(always)]
    fn next(&mut self) -> Option<Slot> {
        mem::take(&mut self.is_there).then(|| mem::replace(&mut self.slot, Slot::Empty))
    }
}

impl ExactSizeIterator for One {
    #[inline(always)]
    fn len(&self) -> usize {
        1
    }
}

pub(super) fn is_without_keys(node: &[Slot]) -> bool {
    node.iter().all(|slot| match slot {
        Slot::Empty => true,
        Slot::Set { .. } => false,
        Slot::Branch(child) => is_without_keys(&child.slice),
    })
}

pub(super) fn for_each_in<'m>(node: &'m [Slot], visit: &mut impl FnMut(Key, Setter, &'m Value)) {
    for slot in node {
        match slot {
            Slot::Set { low, high, key, value } => visit(*key, Setter { low: *low, high: *high }, value),
            Slot::Branch(child) => for_each_in(&child.slice, visit),
            Slot::Empty => {}
        }
    }
}

pub(super) fn is_same_value(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => sync::Arc::ptr_eq(one, other),
        (None, None) => true,
        _ => false,
    }
}
