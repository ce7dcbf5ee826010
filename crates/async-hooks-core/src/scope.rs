//! Entering and leaving a resource: ids and context go in together, `before` and `after` are sent between them.
//!
//! ```text
//!   enter   ids in, context in, before
//!           … the poll, or the call …
//!   leave   after, context out, ids out        also by a panic
//! ```

use std::sync::atomic::{AtomicU8, Ordering};

use crate::context;
use crate::dispatch;
use crate::execution;
use crate::mapping::Mapping;
use crate::resource::Resource;

/// What has become of a resource, told apart by bits.
///
/// `MANUAL`: dropping sends no destroy; set at creation only. `ENDED`: destroy was sent, so no event is sent any more;
/// never unset. `RESOLVED`: resolve was sent; never unset. `DROPPING`: the resource is entered for good and leaves when it
/// is dropped itself; only its owner sets it.
#[derive(Default)]
pub(crate) struct Lifecycle(AtomicU8);

impl Lifecycle {
    pub(crate) const MANUAL: u8 = 1;
    pub(crate) const ENDED: u8 = 1 << 1;
    pub(crate) const RESOLVED: u8 = 1 << 2;
    pub(crate) const DROPPING: u8 = 1 << 3;

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

    /// The same for the only owner, without an atomic read-modify-write.
    #[inline]
    pub(crate) fn set_first_mut(&mut self, bit: u8) -> bool {
        let bits = self.0.get_mut();
        let is_first = *bits & bit == 0;
        *bits |= bit;
        is_first
    }
}

/// Inside a resource, from before its `before` to behind its `after`.
pub(crate) struct Entered<'a> {
    resource: &'a Resource,
    lifecycle: &'a Lifecycle,
    context: &'a mut Mapping,
    previous: Resource,
}

impl<'a> Entered<'a> {
    #[inline]
    pub(crate) fn new(resource: &'a Resource, lifecycle: &'a Lifecycle, context: &'a mut Mapping) -> Self {
        let previous = execution::replace(*resource);
        context::swap(context);
        if !lifecycle.is(Lifecycle::ENDED) {
            dispatch::before(resource);
        }
        Entered { resource, lifecycle, context, previous }
    }

    /// Sends `resolve`, once in the resource's life.
    #[inline]
    pub(crate) fn resolve(&self) {
        if !self.lifecycle.is(Lifecycle::ENDED) && self.lifecycle.set_first(Lifecycle::RESOLVED) {
            dispatch::resolve(self.resource);
        }
    }
}

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        if !self.lifecycle.is(Lifecycle::ENDED) {
            dispatch::after(self.resource);
        }
        context::swap(self.context);
        execution::replace(self.previous);
    }
}
