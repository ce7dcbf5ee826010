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
use crate::hook::Events;
use crate::hook_list::is_wanted;
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

    /// Sets the bit for the only owner, without an atomic read-modify-write, and says what was set before.
    #[inline]
    pub(crate) fn set_mut(&mut self, bit: u8) -> u8 {
        let bits = self.0.get_mut();
        let before = *bits;
        *bits |= bit;
        before
    }
}

/// Inside a resource, from before its `before` to behind its `after`.
///
/// The resource and its context are exchanged for what the thread had, so each holds the other's until this is dropped.
pub(crate) struct Entered<'a> {
    resource: &'a mut Resource,
    context: &'a mut Mapping,
    lifecycle: &'a Lifecycle,
}

impl<'a> Entered<'a> {
    #[inline]
    pub(crate) fn new(resource: &'a mut Resource, context: &'a mut Mapping, lifecycle: &'a Lifecycle) -> Self {
        execution::swap(resource);
        context::swap(context);
        if is_wanted(Events::BEFORE) {
            before(lifecycle);
        }
        Entered { resource, context, lifecycle }
    }

    /// Sends `resolve`, once in the resource's life.
    #[inline]
    pub(crate) fn resolve(&self) {
        if is_wanted(Events::RESOLVE) && self.lifecycle.set_first(Lifecycle::RESOLVED) {
            resolve(self.lifecycle);
        }
    }
}

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        if is_wanted(Events::AFTER) {
            after(self.lifecycle);
        }
        context::swap(self.context);
        execution::swap(self.resource);
    }
}

// Functions of their own, so that the path without hooks is short enough to be inlined into every poll.

#[inline(never)]
fn before(lifecycle: &Lifecycle) {
    if !lifecycle.is(Lifecycle::ENDED) {
        execution::with_executing(dispatch::before);
    }
}

#[inline(never)]
fn resolve(lifecycle: &Lifecycle) {
    if !lifecycle.is(Lifecycle::ENDED) {
        execution::with_executing(dispatch::resolve);
    }
}

#[inline(never)]
fn after(lifecycle: &Lifecycle) {
    if !lifecycle.is(Lifecycle::ENDED) {
        execution::with_executing(dispatch::after);
    }
}
