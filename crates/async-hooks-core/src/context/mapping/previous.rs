//! What a mapping has for one local, as it is taken out and put back.

use std::mem;

use crate::context::mapping::node::{Key, Slot, Value, is_same_value};
use crate::context::mapping::setter::Setter;

/// What a mapping has for one local: nothing, or a value with its setter.
///
/// Taken out to be put back, or to be dropped.
#[derive(Clone)]
#[must_use]
pub(crate) struct Previous(pub(super) Slot);

impl Previous {
    pub(crate) const NOTHING: Previous = Previous(Slot::Empty);

    #[inline]
    pub(crate) fn of(key: Key, setter: Setter, value: Value) -> Previous {
        Previous(Slot::set(setter, key, value))
    }

    /// Of a value that is a [`Guarded`](crate::context::mapping::guarded::Guarded).
    pub(super) fn of_guarded(key: Key, setter: Setter, value: Value) -> Previous {
        Previous(Slot::set(setter.of_guarded(true), key, value))
    }

    /// Leaves nothing in its place.
    #[inline]
    pub(crate) fn take(&mut self) -> Previous {
        mem::replace(self, Previous::NOTHING)
    }

    /// The same value, as if `setter` had set it; nothing stays nothing.
    pub(crate) fn marked(self, setter: Setter) -> Previous {
        let setter = setter.of_guarded(self.is_guarded());
        match self.0 {
            Slot::Set { key, value, .. } => Previous(Slot::set(setter, key, value)),
            slot => Previous(slot),
        }
    }

    /// Who has set it.
    pub(super) fn setter(&self) -> Option<Setter> {
        self.0.setter()
    }

    pub(crate) fn is_set_by(&self, setter: Setter) -> bool {
        self.0.setter() == Some(setter)
    }

    pub(crate) fn is_nothing(&self) -> bool {
        matches!(self.0, Slot::Empty)
    }

    /// Whether guards of this local are live.
    #[inline]
    pub(crate) fn is_guarded(&self) -> bool {
        self.0.setter().is_some_and(Setter::is_guarded)
    }

    /// Whether both are the very same value, or both nothing; who set it does not matter.
    pub(crate) fn is_same(&self, other: &Previous) -> bool {
        match (self.set(), other.set()) {
            (Some((key, value)), Some((other_key, other))) => key == other_key && is_same_value(value, other),
            (None, None) => true,
            _ => false,
        }
    }

    /// Whether it is the very same value, set by the very same setter.
    pub(crate) fn is_unchanged_from(&self, base: &Previous) -> bool {
        self.is_same(base) && self.0.setter() == base.0.setter()
    }

    /// The key under which it is set, and the value.
    pub(crate) fn set(&self) -> Option<(Key, &Value)> {
        match &self.0 {
            Slot::Set { key, value, .. } => Some((*key, value)),
            _ => None,
        }
    }

    /// The node of its guards, if it has any.
    pub(super) fn into_guarded(self) -> Option<Value> {
        let is_guarded = self.is_guarded();
        match self.0 {
            Slot::Set { value, .. } if is_guarded => Some(value),
            _ => None,
        }
    }
}
