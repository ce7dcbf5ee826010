//! Foreign contexts that are attached to this thread, each for a level.
//!
//! A slot stays when its guard is gone, for the next one: so a poll allocates nothing for it.

use std::any::Any;
use std::mem;

use crate::context::depth::Depth;

/// Holds a guard of a foreign context; dropping that guard detaches.
pub(in crate::context) trait Attachment {
    /// Drops the guard, which is foreign code, and contains its panics.
    fn empty(&mut self);

    /// To put another guard of the same type into it.
    fn as_any_mut(&mut self) -> &mut dyn Any;
}

/// Attached foreign contexts, and empty slots for more.
///
/// Only [`attach`](Self::attach) allocates, and nothing here drops a guard: both are foreign code.
#[derive(Default)]
pub(super) struct AttachedList {
    /// From the outside in: those that are attached, and then empty ones.
    places: Vec<Place>,
    attached: usize,
}

struct Place {
    /// The level for which it is attached.
    depth: Depth,
    /// `None` while foreign code empties it.
    slot: Option<Box<dyn Attachment>>,
}

impl AttachedList {
    pub(super) const fn new() -> Self {
        AttachedList { places: Vec::new(), attached: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.attached == 0
    }

    /// Attaches by exchanging the next empty slot for this full one, if both are of one type.
    #[inline]
    pub(super) fn exchange<A: Attachment + 'static>(&mut self, depth: Depth, full: &mut A) -> bool {
        let Some(Place { depth: of_place, slot: Some(slot) }) = self.places.get_mut(self.attached) else {
            return false;
        };
        let Some(empty) = slot.as_any_mut().downcast_mut::<A>() else { return false };
        mem::swap(empty, full);
        *of_place = depth;
        self.attached += 1;
        true
    }

    /// Attaches in a new slot. Returns the one that was in its place.
    pub(super) fn attach(mut self, depth: Depth, slot: Box<dyn Attachment>) -> (Self, Option<Box<dyn Attachment>>) {
        let place = Place { depth, slot: Some(slot) };
        let replaced = match self.places.get_mut(self.attached) {
            Some(empty) => mem::replace(empty, place).slot,
            None => {
                self.places.push(place);
                None
            }
        };
        self.attached += 1;
        (self, replaced)
    }

    /// The last one, if it was attached at this depth or further in.
    pub(super) fn detach(&mut self, depth: Depth) -> Option<Box<dyn Attachment>> {
        let last = self.places[..self.attached].last_mut().filter(|last| last.depth >= depth)?;
        self.attached -= 1;
        last.slot.take()
    }

    /// Takes an empty slot back, if nobody has put another into its place.
    pub(super) fn put_empty(&mut self, slot: &mut Option<Box<dyn Attachment>>) {
        if let Some(place) = self.places.get_mut(self.attached).filter(|place| place.slot.is_none()) {
            place.slot = slot.take();
        }
    }
}
