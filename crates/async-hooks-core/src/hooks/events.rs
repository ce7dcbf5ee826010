//! The events that a hook can receive, and sets of them.

use std::fmt;
use std::ops::{BitAnd, BitOr, BitOrAssign, Sub};

/// A set of hook events: what a [`Hook`](crate::Hook) asks for when it is enabled.
///
/// Sets are combined with `|` (union), `&` (intersection) and `-` (difference).
///
/// # Examples
///
/// ```
/// use async_hooks_core::Events;
///
/// let lifetime = Events::INIT | Events::DESTROY;
/// assert!(lifetime.contains(Events::INIT));
/// assert!(!lifetime.contains(Events::BEFORE));
/// assert_eq!(Events::LIFECYCLE - lifetime, Events::BEFORE | Events::AFTER | Events::RESOLVE);
/// assert!((lifetime & Events::WAKE).is_empty());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Events(u8);

impl Events {
    /// No event at all.
    pub const NONE: Events = Events(0);
    /// A resource was created.
    pub const INIT: Events = Events(1);
    /// A poll or a call starts.
    pub const BEFORE: Events = Events(1 << 1);
    /// A poll or a call has ended.
    pub const AFTER: Events = Events(1 << 2);
    /// A future returned `Ready`.
    pub const RESOLVE: Events = Events(1 << 3);
    /// A resource ended.
    pub const DESTROY: Events = Events(1 << 4);
    /// The five events above: what a hook receives unless it asks for something else.
    pub const LIFECYCLE: Events = Events((1 << 5) - 1);
    /// A resource is being woken; see [`Hook::wake`](crate::Hook::wake).
    ///
    /// Not part of [`LIFECYCLE`](Self::LIFECYCLE), because every poll costs more while a hook wants this event.
    pub const WAKE: Events = Events(1 << 5);
    /// An attribute was set on a resource; see [`set_attribute`](crate::set_attribute).
    ///
    /// Not part of [`LIFECYCLE`](Self::LIFECYCLE): preparing the value of an attribute can cost more than the event.
    pub const ATTRIBUTE: Events = Events(1 << 6);
    /// Every event: those of [`LIFECYCLE`](Self::LIFECYCLE), and the two that are opt-in.
    ///
    /// They are [`WAKE`](Self::WAKE) and [`ATTRIBUTE`](Self::ATTRIBUTE).
    pub const ALL: Events = Events((1 << 7) - 1);

    /// Whether all of `events` are in this set.
    ///
    /// ```
    /// use async_hooks_core::Events;
    ///
    /// assert!(Events::ALL.contains(Events::LIFECYCLE | Events::WAKE));
    /// assert!(!Events::LIFECYCLE.contains(Events::INIT | Events::WAKE));
    /// ```
    #[inline]
    #[must_use]
    pub const fn contains(self, events: Events) -> bool {
        self.0 & events.0 == events.0
    }

    /// Whether the set has no event.
    ///
    /// ```
    /// use async_hooks_core::Events;
    ///
    /// assert!(Events::NONE.is_empty());
    /// assert!(!Events::WAKE.is_empty());
    /// ```
    #[inline]
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The number of single events.
    pub(crate) const COUNT: usize = Events::ALL.0.trailing_ones() as usize;

    /// The name of each single event, which is the name of its callback.
    const NAMES: [&str; Events::COUNT] = ["init", "before", "after", "resolve", "destroy", "wake", "attribute"];

    /// The events of this set, numbered from 0.
    pub(crate) fn numbers(self) -> impl Iterator<Item = usize> {
        (0..Self::COUNT).filter(move |number| self.0 >> number & 1 == 1)
    }

    #[inline]
    pub(crate) const fn bits(self) -> u8 {
        self.0
    }

    /// The name of the callback for a single event.
    pub(crate) fn name(self) -> &'static str {
        self.names().next().unwrap_or("events")
    }

    fn names(self) -> impl Iterator<Item = &'static str> {
        self.numbers().filter_map(|number| Events::NAMES.get(number).copied())
    }
}

impl BitOr for Events {
    type Output = Events;

    fn bitor(self, other: Events) -> Events {
        Events(self.0 | other.0)
    }
}

impl BitOrAssign for Events {
    fn bitor_assign(&mut self, other: Events) {
        self.0 |= other.0;
    }
}

impl BitAnd for Events {
    type Output = Events;

    fn bitand(self, other: Events) -> Events {
        Events(self.0 & other.0)
    }
}

impl Sub for Events {
    type Output = Events;

    /// The events of this set that are not in `other`.
    fn sub(self, other: Events) -> Events {
        Events(self.0 & !other.0)
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Events")?;
        f.debug_set().entries(self.names()).finish()
    }
}
