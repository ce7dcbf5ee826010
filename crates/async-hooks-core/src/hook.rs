//! What a hook is: five callbacks and the choice of which of them it wants.

use std::ops::BitOr;
use std::sync::Arc;

use crate::resource::Resource;

/// Told of the life of every async resource: `init`, then `before` and `after` around each poll or call, `resolve`, and
/// `destroy`.
///
/// Implement it for a hook that keeps state of its own, and enable it through [`AsyncHook::new`](crate::AsyncHook::new);
/// for a few closures [`create_hook`](crate::create_hook) is shorter. All methods do nothing by default.
///
/// Hooks run on the thread of the program they watch, between its own lines, so they should be short. They are not
/// observed: whatever a hook does itself reaches no hook, so a hook may log, spawn and use resources without recursion.
///
/// # Panics
///
/// A hook that panics is caught, disabled, and reported in one line on stderr. The program and other hooks go on. Two panics
/// nobody can catch: one in a program built with `panic = "abort"`, and one of a hook that is called from the program's own
/// panic hook.
///
/// Node: the callbacks of [`createHook`](https://nodejs.org/api/async_hooks.html#async_hookscreatehookoptions);
/// `resolve` is `promiseResolve`.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicUsize, Ordering};
/// use async_hooks_core::{AsyncHook, AsyncResource, Events, Hook, Resource};
///
/// #[derive(Default)]
/// struct Queries {
///     count: AtomicUsize,
/// }
///
/// impl Hook for Queries {
///     fn init(&self, resource: &Resource) {
///         if resource.kind() == "counted query" {
///             self.count.fetch_add(1, Ordering::Relaxed);
///         }
///     }
///
///     fn events(&self) -> Events {
///         Events::INIT
///     }
/// }
///
/// let queries = Arc::new(Queries::default());
/// let _enabled = AsyncHook::new(Arc::clone(&queries)).enable_scoped();
/// drop(AsyncResource::new("counted query"));
/// assert_eq!(queries.count.load(Ordering::Relaxed), 1);
/// ```
pub trait Hook: Send + Sync + 'static {
    /// A resource was created; runs in its creator's scope, before the creating call returns.
    fn init(&self, resource: &Resource) {
        let _ = resource;
    }

    /// A poll or a call begins; runs inside the resource's scope.
    fn before(&self, resource: &Resource) {
        let _ = resource;
    }

    /// A poll or a call has ended, by a panic too; runs inside the resource's scope.
    fn after(&self, resource: &Resource) {
        let _ = resource;
    }

    /// A future returned `Ready`; runs before the `after` of that poll, once at most.
    fn resolve(&self, resource: &Resource) {
        let _ = resource;
    }

    /// The resource is gone; runs once, last, in the scope of whoever dropped it.
    fn destroy(&self, resource: &Resource) {
        let _ = resource;
    }

    /// Which events this hook wants; asked once, when it is enabled. Events that no enabled hook wants cost nothing.
    fn events(&self) -> Events {
        Events::ALL
    }
}

/// A hook that its owner keeps a handle to, to read what it has gathered.
impl<H: Hook + ?Sized> Hook for Arc<H> {
    fn init(&self, resource: &Resource) {
        (**self).init(resource);
    }

    fn before(&self, resource: &Resource) {
        (**self).before(resource);
    }

    fn after(&self, resource: &Resource) {
        (**self).after(resource);
    }

    fn resolve(&self, resource: &Resource) {
        (**self).resolve(resource);
    }

    fn destroy(&self, resource: &Resource) {
        (**self).destroy(resource);
    }

    fn events(&self) -> Events {
        (**self).events()
    }
}

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
    /// A resource is gone.
    pub const DESTROY: Events = Events(1 << 4);
    /// All of them.
    pub const ALL: Events = Events((1 << 5) - 1);

    /// Whether all of `events` are in this set.
    #[inline]
    #[must_use]
    pub const fn contains(self, events: Events) -> bool {
        self.0 & events.0 == events.0
    }

    /// How many single events there are.
    pub(crate) const COUNT: usize = Events::ALL.0.trailing_ones() as usize;

    #[inline]
    pub(crate) const fn bits(self) -> u8 {
        self.0
    }

    /// The callback of a single event, as users know it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Events::INIT => "init",
            Events::BEFORE => "before",
            Events::AFTER => "after",
            Events::RESOLVE => "resolve",
            Events::DESTROY => "destroy",
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
