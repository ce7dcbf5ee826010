//! Who has set a value.

use crate::context::depth::Depth;
use crate::identity::resource::Resource;

/// Names what has set a value: a resource, or a span that brought its own context, by its id; and in how many snapshots' calls that
/// was, one inside the other. What a snapshot brings was set outside of its call, so it has another setter.
///
/// 40 bits of the id and 7 of the count fit beside the tag of a slot, and a bit that says how the slot holds its value. Two ids
/// share them only if they lie 10^12 apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setter {
    pub(super) low: u32,
    pub(super) high: u16,
}

/// The value is a [`Guarded`](crate::context::mapping::guarded::Guarded): guards of the local are live. No part of who has set it.
const GUARDED: u16 = 1;

impl Setter {
    /// The resource, where it executes at this depth.
    #[inline]
    pub(crate) fn new(resource: &Resource, depth: Depth) -> Self {
        let identity = resource.identity_bits();
        Setter { low: identity as u32, high: (identity >> 24) as u16 & 0xFF00 | u16::from(depth.snapshots()) }
    }

    /// The same, of a slot that holds its value in this way.
    #[inline]
    pub(super) fn of_guarded(self, is_guarded: bool) -> Self {
        Setter { high: self.high & !GUARDED | u16::from(is_guarded), ..self }
    }

    #[inline]
    pub(super) fn is_guarded(self) -> bool {
        self.high & GUARDED != 0
    }
}

impl PartialEq for Setter {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.low == other.low && (self.high ^ other.high) & !GUARDED == 0
    }
}

impl Eq for Setter {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::id::AsyncId;
    use crate::identity::location::Location;

    #[test]
    fn setters_differ_by_resource_and_by_snapshots() {
        let outside = Depth::THREAD.in_resource();
        let inside = outside.in_snapshot();
        let resources = [(); 4].map(|()| Resource::new("", Location::caller(), AsyncId::ROOT, true));
        let unobserved = [(); 4].map(|()| Resource::new("", Location::caller(), AsyncId::ROOT, false));
        let all = [Resource::ROOT].into_iter().chain(resources).chain(unobserved);
        let setters: Vec<_> = all.flat_map(|one| [Setter::new(&one, outside), Setter::new(&one, inside)]).collect();
        assert!(setters.iter().enumerate().all(|(at, setter)| !setters[at + 1..].contains(setter)));
        assert_eq!(Setter::new(&Resource::ROOT, outside), Setter::new(&Resource::ROOT, Depth::THREAD));
        assert_eq!(Setter::new(&Resource::ROOT, inside.out_of_snapshot()), Setter::new(&Resource::ROOT, outside));
    }

    #[test]
    fn a_slot_is_four_words() {
        assert_eq!(size_of::<crate::context::mapping::node::Slot>(), 32);
    }
}
