//! The description of a resource that hooks receive: id, trigger, kind and location.

use std::fmt;
use std::num::NonZeroI64;

use crate::identity::id::AsyncId;
use crate::identity::location::Location;

/// The description of an async resource: its id, its trigger, its kind and its location.
///
/// Hooks receive it, and [`execution_async_resource`](crate::execution_async_resource) returns it. It is a small copy
/// that stays valid after the end of the resource, so a hook may store it. Two descriptions are equal if they describe
/// the same resource.
///
/// Node: the `asyncId`, `type` and `triggerAsyncId` arguments of
/// [`init`](https://nodejs.org/api/async_hooks.html#initasyncid-type-triggerasyncid-resource). Node does not report the
/// location.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncId, AsyncResource};
///
/// let query = AsyncResource::new("query").resource();
/// assert_eq!(query.kind(), "query");
/// assert_eq!(query.trigger_async_id(), Some(AsyncId::ROOT));
/// assert!(query.location().line() > 0);
/// ```
#[derive(Clone, Copy)]
pub struct Resource {
    identity: Identity,
    trigger: Option<AsyncId>,
    kind: &'static str,
    location: Location,
}

impl Resource {
    /// The resource that executes while no other does.
    pub(crate) const ROOT: Resource =
        Resource { identity: Identity::ROOT, trigger: None, kind: "root", location: Location::NOWHERE };

    /// The root under another kind, which names what the thread does.
    pub(crate) const fn root_as(kind: &'static str) -> Resource {
        Resource { kind, ..Self::ROOT }
    }

    /// Describes a new resource, under a new id.
    #[inline]
    pub(crate) fn new(kind: &'static str, location: Location, trigger: AsyncId, observed: bool) -> Self {
        let id = Identity::observed(AsyncId::next());
        let identity = if observed { id } else { Identity(-id.0) };
        Resource { identity, trigger: Some(trigger), kind, location }
    }

    #[inline]
    pub(crate) fn ids(&self) -> Ids {
        Ids { identity: self.identity, trigger: self.trigger }
    }

    /// Returns this description with another trigger.
    ///
    /// For a resource of [`for_test`](Self::for_test).
    ///
    /// ```
    /// use async_hooks_core::Resource;
    ///
    /// let request = Resource::for_test("request");
    /// let query = Resource::for_test("query").with_trigger_async_id(request.async_id());
    /// assert_eq!(query.trigger_async_id(), Some(request.async_id()));
    /// ```
    #[must_use]
    pub const fn with_trigger_async_id(mut self, trigger: AsyncId) -> Resource {
        self.trigger = Some(trigger);
        self
    }

    /// Returns the id of the resource.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    ///
    /// let query = AsyncResource::new("query");
    /// assert_eq!(query.resource().async_id(), query.async_id());
    /// ```
    #[inline]
    #[must_use]
    pub fn async_id(&self) -> AsyncId {
        self.identity.async_id()
    }

    /// Returns the id of the resource that caused this one; `None` only for the root.
    ///
    /// ```
    /// use async_hooks_core::{AsyncResource, execution_async_resource};
    ///
    /// let request = AsyncResource::new("request");
    /// let query = request.run_in_async_scope(|| AsyncResource::new("query").resource());
    /// assert_eq!(query.trigger_async_id(), Some(request.async_id()));
    /// assert_eq!(execution_async_resource().trigger_async_id(), None);
    /// ```
    #[inline]
    #[must_use]
    pub fn trigger_async_id(&self) -> Option<AsyncId> {
        self.trigger
    }

    /// Returns the kind: `"tokio::task"`, `"http::request"`, or what its creator named it.
    ///
    /// Group resources by it. Node: the `type`.
    ///
    /// ```
    /// use async_hooks_core::bind;
    ///
    /// let kind = bind(|()| async_hooks_core::execution_async_resource().kind());
    /// assert_eq!(kind(()), "bound-fn");
    /// ```
    #[inline]
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// Returns the place in the source that created the resource.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    ///
    /// let query = AsyncResource::new("query").resource();
    /// assert_eq!(query.location().line(), line!() - 1);
    /// ```
    #[inline]
    #[must_use]
    pub fn location(&self) -> Location {
        self.location
    }

    /// A number that differs between resources and is the same for all copies of one.
    #[inline]
    pub(crate) fn identity_bits(&self) -> u64 {
        self.identity.0.get() as u64
    }

    /// Whether this resource is the trigger of the other.
    #[inline]
    pub(crate) fn is_trigger_of(&self, other: &Resource) -> bool {
        other.trigger.is_some_and(|trigger| self.identity.is(trigger))
    }

    /// Whether hooks observe it: false for what a hook created, and for its descendants.
    #[inline]
    pub(crate) fn is_observed(&self) -> bool {
        self.identity.is_observed()
    }

    /// Whether hooks observe it, and it is not the root.
    #[inline]
    pub(crate) fn is_observed_below_root(&self) -> bool {
        self.identity.is_observed_below_root()
    }
}

impl PartialEq for Resource {
    /// Copies are equal if they describe the same resource.
    fn eq(&self, other: &Self) -> bool {
        self.async_id() == other.async_id()
    }
}

impl Eq for Resource {}

impl std::hash::Hash for Resource {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.async_id().hash(state);
    }
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resource")
            .field("async_id", &self.async_id())
            .field("trigger_async_id", &self.trigger)
            .field("kind", &self.kind)
            .field("location", &self.location)
            .finish()
    }
}

/// A description without kind and location.
///
/// The record of a task stores these in one word each.
#[derive(Clone, Copy)]
pub(crate) struct Ids {
    identity: Identity,
    trigger: Option<AsyncId>,
}

impl Ids {
    /// Of a new resource that these created, unobserved if they are or if `unobserved` says so.
    #[inline(always)]
    pub(crate) fn of_child(self, trigger: Option<AsyncId>, is_observed: bool) -> Ids {
        if is_observed && self.identity.is_observed() {
            let creator = AsyncId::from_u64(self.identity.0.get() as u64);
            Ids { identity: Identity::observed(AsyncId::next()), trigger: trigger.or(creator) }
        } else {
            self.of_unobserved_child(trigger)
        }
    }

    /// A call, so that nearly all resources pay for no more than two branches.
    #[cold]
    #[inline(never)]
    fn of_unobserved_child(self, trigger: Option<AsyncId>) -> Ids {
        let identity = Identity(-Identity::observed(AsyncId::next()).0);
        Ids { identity, trigger: trigger.or(Some(self.identity.async_id())) }
    }

    #[inline]
    pub(crate) fn with(self, kind: &'static str, location: Location) -> Resource {
        Resource { identity: self.identity, trigger: self.trigger, kind, location }
    }
}

/// The id, negative if hooks do not observe the resource.
///
/// A separate flag would add a word to every task.
///
/// Ids count up from 2 and never reach 2^63 in practice, so every id fits.
#[derive(Clone, Copy)]
struct Identity(NonZeroI64);

impl Identity {
    const ROOT: Identity = Identity(match NonZeroI64::new(1) {
        Some(one) => one,
        None => NonZeroI64::MAX,
    });

    #[inline]
    fn observed(id: AsyncId) -> Self {
        Identity(NonZeroI64::new(id.as_u64() as i64).unwrap_or(NonZeroI64::MAX))
    }

    /// Compares with the sign, because most resources are observed and have none.
    #[inline]
    fn is(self, id: AsyncId) -> bool {
        self.0.get() as u64 == id.as_u64() || self.is_unobserved(id)
    }

    #[cold]
    fn is_unobserved(self, id: AsyncId) -> bool {
        self.async_id() == id
    }

    #[inline]
    fn is_observed(self) -> bool {
        self.0.get() > 0
    }

    /// One comparison: the root has the lowest id, and ids of unobserved resources are negative.
    #[inline]
    fn is_observed_below_root(self) -> bool {
        self.0 > Self::ROOT.0
    }

    #[inline]
    fn async_id(self) -> AsyncId {
        AsyncId::from_non_zero(self.0.unsigned_abs())
    }
}
