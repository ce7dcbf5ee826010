//! The events of a resource's life, and sets of them.

use std::ops::BitOr;

/// A set of hook events.
///
/// # Examples
///
/// ```
/// use async_hooks_core::Events;
///
/// let lifetime = Events::INIT | Events::DESTROY;
/// assert!(lifetime.contains(Events::INIT));
/// assert!(!lifetime.contains(Events::BEFORE));
/// assert_eq!(Events::NONE | Events::ALL, Events::ALL);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Events(u8);

impl Events {
    /// No event at all.
    pub const NONE: Events = Events(0);
    /// A resource was created.
    pub const INIT: Events = Events(1);
    /// A poll or a call begins.
    pub const BEFORE: Events = Events(1 << 1);
    /// A poll or a call has ended.
    pub const AFTER: Events = Events(1 << 2);
    /// A future returned `Ready`.
    pub const RESOLVE: Events = Events(1 << 3);
    /// A resource ended.
    pub const DESTROY: Events = Events(1 << 4);
    /// All of the above: every event of a resource's life.
    pub const ALL: Events = Events((1 << 5) - 1);
    /// A resource is being woken. Not part of [`ALL`](Self::ALL).
    ///
    /// Every poll costs more while a hook wants this event, so a hook asks for it: `Events::ALL | Events::WAKE`.
    pub const WAKE: Events = Events(1 << 5);

    /// Whether all of `events` are in this set.
    #[inline]
    #[must_use]
    pub const fn contains(self, events: Events) -> bool {
        self.0 & events.0 == events.0
    }

    /// The number of single events.
    pub(crate) const COUNT: usize = (Events::ALL.0 | Events::WAKE.0).trailing_ones() as usize;

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
        match self {
            Events::INIT => "init",
            Events::BEFORE => "before",
            Events::AFTER => "after",
            Events::RESOLVE => "resolve",
            Events::DESTROY => "destroy",
            Events::WAKE => "wake",
            _ => "events",
        }
    }
}

impl BitOr for Events {
    type Output = Events;

    fn bitor(self, other: Events) -> Events {
        Events(self.0 | other.0)
    }
}
