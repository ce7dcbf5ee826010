//! Since when resources wait to be polled.
//!
//! A table of fixed size, without locks. A resource has one place in it. Two that meet there lose one measurement, and no more.

use std::sync::atomic::{AtomicU64, Ordering};

use async_hooks_core::AsyncId;

const PLACE_BITS: u32 = 14;

/// A word is the next bits of the id, and a time; 0 is empty.
const TIME_BITS: u32 = 40;

/// Times are counted in units of 16 nanoseconds, and so wrap after almost five hours.
const UNIT_BITS: u32 = 4;

const TIME: u64 = (1 << TIME_BITS) - 1;

/// A wake that waits this long may give its place to another.
const STALE: u64 = 1_000_000_000 >> UNIT_BITS;

pub(super) struct PendingWakes(Box<[AtomicU64]>);

impl PendingWakes {
    pub(super) fn new() -> PendingWakes {
        PendingWakes((0..1 << PLACE_BITS).map(|_| AtomicU64::new(0)).collect())
    }

    /// Notes that the resource waits from now on, unless it waits already.
    #[inline]
    pub(super) fn note(&self, id: AsyncId, now: u64) {
        let Some(place) = self.place(id) else { return };
        let pending = place.load(Ordering::Relaxed);
        let is_free = pending == 0 || !is_of(pending, id) && units_between(pending, now) > STALE;
        if is_free {
            let _ = place.compare_exchange(pending, word(id, now), Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    /// Lets a resource that waits already do so from now on: until now it ran.
    #[inline]
    pub(super) fn restart(&self, id: AsyncId, now: u64) {
        let Some(place) = self.place(id) else { return };
        let pending = place.load(Ordering::Relaxed);
        if is_of(pending, id) {
            let _ = place.compare_exchange(pending, word(id, now), Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    /// Ends the wait of a resource; returns for how many nanoseconds it waited.
    #[inline]
    pub(super) fn take(&self, id: AsyncId, now: u64) -> Option<u64> {
        let place = self.place(id)?;
        let pending = place.load(Ordering::Relaxed);
        let is_taken =
            is_of(pending, id) && place.compare_exchange(pending, 0, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        is_taken.then(|| units_between(pending, now) << UNIT_BITS)
    }

    pub(super) fn clear(&self) {
        self.0.iter().for_each(|place| place.store(0, Ordering::Relaxed));
    }

    #[inline]
    fn place(&self, id: AsyncId) -> Option<&AtomicU64> {
        self.0.get(id.as_u64() as usize & ((1 << PLACE_BITS) - 1))
    }
}

#[inline]
fn word(id: AsyncId, now: u64) -> u64 {
    let word = id.as_u64() >> PLACE_BITS << TIME_BITS | now >> UNIT_BITS & TIME;
    word.max(1)
}

#[inline]
fn is_of(word: u64, id: AsyncId) -> bool {
    word != 0 && word >> TIME_BITS == id.as_u64() >> PLACE_BITS << TIME_BITS >> TIME_BITS
}

/// The clocks of two processors may differ: that is no wait.
#[inline]
fn units_between(word: u64, now: u64) -> u64 {
    let units = (now >> UNIT_BITS).wrapping_sub(word) & TIME;
    if units > TIME / 2 { 0 } else { units }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(id: u64) -> AsyncId {
        AsyncId::from_u64(id).unwrap_or(AsyncId::ROOT)
    }

    #[test]
    fn the_first_wake_counts_and_only_once() {
        let wakes = PendingWakes::new();
        wakes.note(id(5), 1_600);
        wakes.note(id(5), 9_600);
        assert_eq!(wakes.take(id(5), 17_600), Some(16_000));
        assert_eq!(wakes.take(id(5), 17_600), None);
    }

    #[test]
    fn a_wake_during_a_poll_waits_from_the_end_of_that_poll() {
        let wakes = PendingWakes::new();
        wakes.restart(id(5), 1_600);
        assert_eq!(wakes.take(id(5), 1_600), None);
        wakes.note(id(5), 1_600);
        wakes.restart(id(5), 16_000);
        assert_eq!(wakes.take(id(5), 32_000), Some(16_000));
    }

    #[test]
    fn two_that_meet_keep_apart_and_a_stale_one_gives_way() {
        let (wakes, other) = (PendingWakes::new(), id(5 + (1 << PLACE_BITS)));
        wakes.note(id(5), 1_600);
        wakes.note(other, 3_200);
        assert_eq!(wakes.take(other, 4_800), None);
        wakes.note(other, 2_000_001_600);
        assert_eq!(wakes.take(id(5), 2_000_001_600), None);
        assert_eq!(wakes.take(other, 2_000_017_600), Some(16_000));
    }

    #[test]
    fn a_clock_that_is_behind_makes_no_wait() {
        let wakes = PendingWakes::new();
        wakes.note(id(5), 16_000);
        assert_eq!(wakes.take(id(5), 1_600), Some(0));
    }
}
