//! Random words for ids: from a generator of this thread, seeded by the operating system.
//!
//! The generator has 256 bits of state, so two processes do not get into the same one. An id is no secret, so it need not be
//! unpredictable.

use std::cell::RefCell;
use std::hash::{BuildHasher as _, RandomState};

use rand::rngs::SmallRng;
use rand::{RngCore as _, SeedableRng as _};

thread_local! {
    /// It needs no destructor, so ids can be made in destructors of other thread-locals.
    static GENERATOR: RefCell<Option<SmallRng>> = const { RefCell::new(None) };
}

/// Random words, not all of them zero: W3C Trace Context forbids such ids.
#[inline]
pub(super) fn nonzero<const N: usize>() -> [u64; N] {
    loop {
        let words = GENERATOR.with(|generator| match generator.try_borrow_mut() {
            Ok(mut generator) => words(generator.get_or_insert_with(seeded)),
            // The operating system's entropy source is our own code, so the generator is never borrowed here twice.
            Err(_) => words(&mut seeded()),
        });
        if words != [0; N] {
            return words;
        }
    }
}

#[inline]
fn words<const N: usize>(generator: &mut SmallRng) -> [u64; N] {
    std::array::from_fn(|_| generator.next_u64())
}

#[cold]
fn seeded() -> SmallRng {
    // Without an entropy source the standard library's hash keys are the best that the process has.
    SmallRng::try_from_os_rng().unwrap_or_else(|_| SmallRng::seed_from_u64(RandomState::new().hash_one(())))
}
