//! A table of fixed size that only grows: searched without a lock, changed under one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Entries are never moved or removed, so a place is valid for good.
pub(crate) struct FixedTable<T> {
    slots: Box<[OnceLock<Box<T>>]>,
    limit: usize,
    filled: Mutex<usize>,
    is_full: AtomicBool,
}

impl<T> FixedTable<T> {
    pub(crate) fn new(limit: usize) -> FixedTable<T> {
        // At most half full: a search ends soon at an empty slot.
        let slots = (limit * 2).next_power_of_two();
        FixedTable {
            slots: (0..slots).map(|_| OnceLock::new()).collect(),
            limit,
            filled: Mutex::new(0),
            is_full: AtomicBool::new(limit == 0),
        }
    }

    pub(crate) fn get(&self, place: usize) -> Option<&T> {
        self.slots.get(place)?.get().map(|entry| &**entry)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.slots.iter().filter_map(|slot| slot.get().map(|entry| &**entry))
    }

    /// The place of the entry that `is_it` recognizes.
    ///
    /// It is made if there is room; `None` if there is none.
    #[inline]
    pub(crate) fn place_of(&self, hash: u64, is_it: impl Fn(&T) -> bool, make: impl FnOnce() -> T) -> Option<usize> {
        match self.find(hash, &is_it) {
            None if !self.is_full.load(Ordering::Relaxed) => self.insert(hash, is_it, make),
            found => found,
        }
    }

    /// The place of the entry that `is_it` recognizes.
    #[inline]
    pub(crate) fn find(&self, hash: u64, is_it: impl Fn(&T) -> bool) -> Option<usize> {
        for place in self.places(hash) {
            // There is always an empty slot, and entries are never removed.
            if is_it(self.get(place)?) {
                return Some(place);
            }
        }
        None
    }

    #[cold]
    fn insert(&self, hash: u64, is_it: impl Fn(&T) -> bool, make: impl FnOnce() -> T) -> Option<usize> {
        let mut filled = self.filled.lock().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have been faster.
        if let Some(place) = self.find(hash, &is_it) {
            return Some(place);
        }
        if *filled == self.limit {
            self.is_full.store(true, Ordering::Relaxed);
            return None;
        }
        let place = self.places(hash).find(|place| self.get(*place).is_none())?;
        let _ = self.slots[place].set(Box::new(make()));
        *filled += 1;
        Some(place)
    }

    fn places(&self, hash: u64) -> impl Iterator<Item = usize> + use<T> {
        let mask = self.slots.len() - 1;
        (0..=mask).map(move |step| (hash as usize).wrapping_add(step) & mask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_keeps_its_place_and_the_limit_holds_whatever_the_hashes_are() {
        let table = FixedTable::new(3);
        let place = |number: u32| table.place_of(7, |entry| *entry == number, || number);
        let places = Vec::from_iter((0..10).map(place));
        assert!(places[..3].iter().all(Option::is_some) && places[3..].iter().all(Option::is_none), "{places:?}");
        assert_eq!(Vec::from_iter((0..10).map(place)), places);
        assert_eq!(table.iter().count(), 3);
    }

    #[test]
    fn a_table_without_room_has_none() {
        assert_eq!(FixedTable::new(0).place_of(0, |_: &u32| true, || 1), None);
    }
}
