//! Who has set a value.

use crate::identity::id::AsyncId;

/// Names what has set a value: a resource, or a span that brought its own context, by its id.
///
/// It keeps 48 bits of the id, which fit beside the tag of a slot: two ids share them only after nine years of a million resources
/// a second.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Setter([u16; 3]);

impl Setter {
    #[inline]
    pub(crate) fn of(id: AsyncId) -> Self {
        let number = id.as_u64();
        Setter([number as u16, (number >> 16) as u16, (number >> 32) as u16])
    }
}
