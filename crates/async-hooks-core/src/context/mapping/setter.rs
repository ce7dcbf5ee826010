//! Who has set a value.

use crate::identity::resource::Resource;

/// The setter of a value: a resource, a span with its own context, or a snapshot's call.
///
/// 47 bits of their number fit beside the tag of a slot, and a bit that says how the slot holds its value. The number of a call
/// has 40 bits. So two setters look alike only if their numbers lie 10^12 apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setter {
    pub(super) low: u32,
    pub(super) high: u16,
}

/// Marks a value that has live guards: it is a [`Guarded`].
///
/// [`Guarded`]: crate::context::mapping::guarded::Guarded
///
/// It is no part of the setter's identity.
const GUARDED: u16 = 1;

impl Setter {
    #[inline]
    pub(crate) fn new(resource: &Resource) -> Self {
        Setter::of_identity(resource.identity_bits())
    }

    #[inline]
    pub(crate) fn of_identity(identity: u64) -> Self {
        Setter { low: identity as u32, high: (identity >> 31) as u16 & !GUARDED }
    }

    /// A number that differs for different setters, spread over all bits.
    ///
    /// No resource's identity cancels it.
    pub(crate) fn spread(self) -> u64 {
        const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
        (u64::from(self.high & !GUARDED) << 32 | u64::from(self.low)).wrapping_mul(ODD)
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
    fn setters_of_two_resources_differ() {
        let resources = [(); 4].map(|()| Resource::new("", Location::caller(), AsyncId::ROOT, true));
        let unobserved = [(); 4].map(|()| Resource::new("", Location::caller(), AsyncId::ROOT, false));
        let all = [Resource::ROOT].into_iter().chain(resources).chain(unobserved);
        let setters: Vec<_> = all.map(|one| Setter::new(&one)).collect();
        assert!(setters.iter().enumerate().all(|(at, setter)| !setters[at + 1..].contains(setter)));
        assert_eq!(Setter::new(&Resource::ROOT), Setter::new(&Resource::ROOT));
    }

    #[test]
    fn a_slot_is_four_words() {
        assert_eq!(size_of::<crate::context::mapping::node::Slot>(), 32);
    }
}
