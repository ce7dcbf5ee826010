//! The call of a snapshot that is open on a thread.

use crate::context::depth::Depth;
use crate::identity::id::AsyncId;

/// The snapshot call that a thread is in, and the resource level in which it was made.
///
/// The values of a snapshot were set outside its call, so what is set inside the call is marked with a number that
/// differs from every resource and from every other call. The number is drawn when something asks for it: most calls set nothing.
///
/// ```text
///   63          40 39          0
///   [ resources ][   number   ]     number: 0 until it is drawn
/// ```
#[derive(Clone, Copy, Debug)]
pub(crate) struct SnapshotCall(u64);

/// The number of a call; 0 until it is assigned.
///
/// It is kept between the polls of a future, so that all of them count as one call.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct CallNumber(u64);

const NUMBER_BITS: u32 = 40;
const NUMBER: u64 = (1 << NUMBER_BITS) - 1;

impl SnapshotCall {
    /// No resource's level is in a call: none is as deep as this.
    pub(crate) const NONE: SnapshotCall = SnapshotCall(!NUMBER);

    /// A call made at this depth.
    #[inline]
    pub(crate) fn at(depth: Depth, number: CallNumber) -> Self {
        SnapshotCall(depth.resources_above(NUMBER_BITS) | number.0)
    }

    /// Whether a thread at this depth is in the call, and in no resource level inside it.
    #[inline]
    pub(crate) fn is_open_at(self, depth: Depth) -> bool {
        (self.0 ^ depth.resources_above(NUMBER_BITS)) >> NUMBER_BITS == 0
    }

    #[inline]
    pub(crate) fn number(self) -> CallNumber {
        CallNumber(self.0 & NUMBER)
    }

    /// A number that differs for different calls, spread over all bits.
    ///
    /// No identity of a resource cancels it.
    #[inline]
    pub(crate) fn spread(self) -> u64 {
        self.0.rotate_left(64 - NUMBER_BITS)
    }

    /// The same call, with a number.
    pub(crate) fn numbered(self) -> Self {
        if self.identity() != 0 { self } else { SnapshotCall(self.0 & !NUMBER | CallNumber::draw().0) }
    }

    /// What a setter in the call is marked with: its number, or 0 while it has none.
    #[inline]
    pub(crate) fn identity(self) -> u64 {
        self.0 & NUMBER
    }
}

impl CallNumber {
    /// An id that no resource gets, so that a call and a resource never look alike.
    fn draw() -> Self {
        CallNumber((AsyncId::next().as_u64() & NUMBER).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_open_in_its_own_resource_alone() {
        let outside = Depth::THREAD.in_resource();
        let call = SnapshotCall::at(outside, CallNumber::default());
        assert!(call.is_open_at(outside.in_context()));
        assert!(!call.is_open_at(outside.in_context().in_resource()));
        assert!(!call.is_open_at(Depth::THREAD));
        assert!(!SnapshotCall::NONE.is_open_at(Depth::THREAD) && !SnapshotCall::NONE.is_open_at(outside));
    }

    #[test]
    fn a_number_once_drawn_stays_and_is_no_other_calls() {
        let [first, second] = [(); 2].map(|()| SnapshotCall::at(Depth::THREAD, CallNumber::default()).numbered());
        assert_eq!(first.numbered().identity(), first.identity());
        assert_ne!(first.identity(), second.identity());
        let next_poll = SnapshotCall::at(Depth::THREAD.in_resource(), first.number());
        assert_eq!(next_poll.numbered().identity(), first.identity());
    }
}
