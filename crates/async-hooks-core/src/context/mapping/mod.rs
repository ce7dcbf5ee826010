//! The mapping from every `AsyncLocal` to its value, which resources capture and polls swap.
//!
//! TC39's AsyncContext proposal calls this the [AsyncContextMapping](https://tc39.es/proposal-async-context/). It is a
//! persistent trie: capturing it is one reference count however many locals are set. A change is made in place where
//! no other mapping shares the nodes on its path, and copies one node a level where one does. A node is an array whose length is a
//! power of two, indexed by the low bits of the key; it doubles when two keys meet, and at `WIDTH` slots it grows a level
//! instead. Keys count up from 1, so nodes fill densely; of those that would share the root's first slot only 0 is used. A child
//! whose last key is removed goes with it; the root stays for the next value.
//!
//! Each value carries its [`Setter`]: entering a span asks which values the executing resource has set itself.
//!
//! ```text
//!   keys 1..=5              keys 1..=40
//!   [_ 1 2 3 4 5 _ _]       [· · · · · · · · · · · · · · · ·]   low four bits
//!                              │                           └ [15 31]
//!                              └ [1 17 33 _]                       next four bits
//! ```

pub(crate) mod setter;

pub(crate) mod node;

pub(crate) mod previous;

pub(crate) mod guarded;

use std::sync::Arc;

use crate::context::mapping::guarded::Guarded;
use crate::context::mapping::node::{BITS, Key, Node, Slot, Value, index, is_same_local};
use crate::context::mapping::previous::Previous;
use crate::context::mapping::setter::Setter;

#[derive(Clone, Default)]
pub(crate) struct Mapping(Option<Node>);

impl Mapping {
    pub(crate) const EMPTY: Mapping = Mapping(None);

    /// Whether no key is set; nodes may be there all the same, kept for the next value.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|node| node::is_without_keys(&node.slice))
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
                Slot::Set { key: found, value, .. } if *found == key => return Some(value),
                Slot::Branch(child) => node = child,
                _ => return None,
            }
            path >>= BITS;
        }
    }

    /// Whether the key whose number is 0 is set.
    ///
    /// It has the first slot of the root for itself, so this takes few steps however many locals are set.
    #[inline]
    pub(crate) fn holds_first(&self) -> bool {
        let first = self.0.as_ref().and_then(|node| node.slice.first());
        first.and_then(Slot::key).is_some_and(node::is_first)
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

    #[inline]
    pub(crate) fn remove(&mut self, key: Key) -> Previous {
        self.put_back(key, Previous::NOTHING)
    }

    /// Makes the local what `found` says: set to a value, exited, or nothing at all.
    pub(crate) fn put_back(&mut self, key: Key, mut found: Previous) -> Previous {
        if self.exchange_in_place(key, &mut found) { found } else { self.put_back_in_copy(key, found) }
    }

    fn put_back_in_copy(&mut self, key: Key, found: Previous) -> Previous {
        let replaced = self.found(key);
        match found.0 {
            Slot::Empty if replaced.is_nothing() => {}
            Slot::Empty => *self = Mapping(self.0.as_ref().map(|node| node::node_without(&node.slice, key, key))),
            set => *self = self.with_slot(key, set),
        }
        replaced
    }

    /// A mapping in which the key is set, and all else is as in this one.
    #[inline]
    pub(crate) fn with(&self, key: Key, setter: Setter, value: Value) -> Mapping {
        self.with_slot(key, Previous::of(key, setter, value).0)
    }

    #[inline(always)]
    fn with_slot(&self, key: Key, set: Slot) -> Mapping {
        Mapping(Some(match &self.0 {
            Some(node) if !node::is_alone(&node.slice, key) => node::node_with(&node.slice, 0, key, set),
            _ => node::of_one(set),
        }))
    }

    /// As [`put_back`](Self::put_back), where that neither allocates nor frees.
    ///
    /// Nobody else holds the changed nodes, there is a slot, and no child becomes empty. Then `found` is the previous
    /// value; otherwise this returns `false`.
    #[inline]
    pub(crate) fn exchange_in_place(&mut self, key: Key, found: &mut Previous) -> bool {
        self.0.as_mut().is_some_and(|node| node::exchange_in_root(node, key, &mut found.0))
    }

    /// What the local is, under whichever key it was set.
    pub(crate) fn found(&self, key: Key) -> Previous {
        let slot = self.slot(key).filter(|slot| slot.key().is_some_and(|found| is_same_local(found, key)));
        slot.map_or(Previous::NOTHING, |slot| Previous(slot.clone()))
    }

    /// The locals that differ from what they are in `base`, by their keys.
    pub(crate) fn changes(&self, base: &Mapping) -> Vec<Key> {
        let mut changed = Vec::new();
        self.for_each(&mut |key, _| {
            if !self.found(key).is_unchanged_from(&base.found(key)) {
                changed.push(key);
            }
        });
        base.for_each(&mut |key, _| {
            if self.found(key).is_nothing() {
                changed.push(key);
            }
        });
        changed
    }

    /// Sets the local to its value in `source`, for `setter`, and returns the previous one.
    ///
    /// Guards that it has there and not in `base` are put on top of the local's value here.
    ///
    /// A local that was set here since it was disabled stays as it is: what `source` has for it is outdated.
    pub(crate) fn copy_from(&mut self, source: &Mapping, base: &Mapping, key: Key, setter: Setter) -> Previous {
        if self.has_newer(key) {
            return Previous::NOTHING;
        }
        let (copied, based) = (source.found(key), base.found(key));
        let below =
            |covered: &Previous| if covered.is_same(&based) { self.found(key) } else { covered.clone().marked(setter) };
        let guards = Guarded::moved(&copied, Guarded::newest(&based), setter, below);
        let copied = guards.unwrap_or_else(|| Guarded::set_again(copied.marked(setter), &self.found(key)));
        self.put_back(key, copied)
    }

    /// As [`copy_from`](Self::copy_from), as `enter_with` would do it.
    ///
    /// Guards that are live here stay live, under the value.
    pub(crate) fn copy_over_guards(
        &mut self,
        source: &Mapping,
        base: &Mapping,
        key: Key,
        setter: Setter,
        since: Option<u64>,
    ) -> Previous {
        let (copied, there) = (source.found(key), self.found(key));
        match copied.set() {
            Some((key, Some(value))) if !copied.is_guarded() && !self.has_newer(key) => {
                self.put_back(key, Guarded::replace(key, setter, Arc::clone(value), &there, since))
            }
            _ => self.copy_from(source, base, key, setter),
        }
    }

    /// Whether the local is set here under a key that came after this one.
    fn has_newer(&self, key: Key) -> bool {
        let there = self.slot(key).and_then(Slot::key);
        there.is_some_and(|found| is_same_local(found, key) && found > key)
    }

    pub(crate) fn for_each<'m>(&'m self, visit: &mut impl FnMut(Key, &'m Value)) {
        self.for_each_set(&mut |key, _, value| visit(key, value));
    }

    /// As [`for_each`](Self::for_each), with who has set each value.
    pub(crate) fn for_each_set<'m>(&'m self, visit: &mut impl FnMut(Key, Setter, &'m Value)) {
        if let Some(node) = &self.0 {
            node::for_each_in(&node.slice, visit);
        }
    }

    /// Where the mapping lies, which no other does while it lives; 0 for [`EMPTY`](Self::EMPTY).
    #[inline]
    pub(crate) fn address(&self) -> usize {
        self.0.as_ref().map_or(0, |node| node.as_ptr().addr())
    }
}

#[cfg(test)]
mod tests;
