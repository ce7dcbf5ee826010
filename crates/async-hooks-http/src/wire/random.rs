//! Random bytes for ids: from a generator of this thread, seeded by the operating system.
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

/// Random bytes, not all of them zero: W3C Trace Context forbids such ids.
#[inline]
pub(super) fn nonzero<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    while bytes == [0; N] {
        fill(&mut bytes);
    }
    bytes
}

#[inline]
fn fill(bytes: &mut [u8]) {
    GENERATOR.with(|generator| match generator.try_borrow_mut() {
        Ok(mut generator) => generator.get_or_insert_with(seeded).fill_bytes(bytes),
        // The operating system's entropy source is our own code, so the generator is never borrowed here twice.
        Err(_) => seeded().fill_bytes(bytes),
    });
}

#[cold]
fn seeded() -> SmallRng {
    // Without an entropy source the standard library's hash keys are the best that the process has.
    SmallRng::try_from_os_rng().unwrap_or_else(|_| SmallRng::seed_from_u64(RandomState::new().hash_one(())))
}
