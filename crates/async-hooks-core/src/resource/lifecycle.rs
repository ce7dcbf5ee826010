//! What has become of a resource.

use std::sync::atomic::{AtomicU8, Ordering};

use crate::identity::resource::Resource;

/// A resource, and what has become of it: all that an event is about.
pub(crate) struct Living {
    pub(crate) resource: Resource,
    pub(crate) lifecycle: Lifecycle,
}

/// What has become of a resource, told apart by bits.
///
/// `MANUAL`: dropping sends no destroy; set at creation only. `ENDED`: destroy was sent, so no event is sent any more;
/// never unset. `RESOLVED`: resolve was sent; never unset. `ADOPTED`: another sends its events; only with `ENDED`.
/// `WATCHED`: was polled with a waker that tells hooks, which must hear of its end; never unset. `TASK`: a runtime owns its
/// future, and does not poll it again when it is done; set at creation only.
#[derive(Default)]
pub(crate) struct Lifecycle(AtomicU8);

impl Lifecycle {
    pub(crate) const MANUAL: u8 = 1;
    pub(crate) const ENDED: u8 = 1 << 1;
    pub(crate) const RESOLVED: u8 = 1 << 2;
    pub(crate) const ADOPTED: u8 = 1 << 3;
    pub(crate) const WATCHED: u8 = 1 << 4;
    pub(crate) const TASK: u8 = 1 << 5;

    #[inline]
    pub(crate) const fn new(bits: u8) -> Self {
        Lifecycle(AtomicU8::new(bits))
    }

    #[inline]
    pub(crate) fn is(&self, bit: u8) -> bool {
        self.0.load(Ordering::Relaxed) & bit != 0
    }

    /// Sets the bit and says whether this call was the first to do so.
    #[inline]
    pub(crate) fn set_first(&self, bit: u8) -> bool {
        self.0.fetch_or(bit, Ordering::AcqRel) & bit == 0
    }

    /// Sets the bit for the only owner, without an atomic read-modify-write, and says what was set before.
    #[inline]
    pub(crate) fn set_mut(&mut self, bit: u8) -> u8 {
        let bits = self.0.get_mut();
        let before = *bits;
        *bits |= bit;
        before
    }
}
