//! What a hook is told about a resource: who it is, who caused it, what it is and where it was made.

use std::fmt;
use std::num::NonZeroI64;

use crate::identity::id::AsyncId;
use crate::identity::location::Location;

/// A resource as hooks and queries see it: a small copy that outlives the resource itself.
///
/// Node: the `asyncId`, `type` and `triggerAsyncId` arguments of
/// [`init`](https://nodejs.org/api/async_hooks.html#initasyncid-type-triggerasyncid-resource), and where in the source it
/// was made, which Node does not tell.
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
    /// What executes when nothing else does.
    pub(crate) const ROOT: Resource =
        Resource { identity: Identity::ROOT, trigger: None, kind: "root", location: Location::NOWHERE };

    /// The root, doing what `kind` says.
    pub(crate) const fn root_as(kind: &'static str) -> Resource {
        Resource { kind, ..Self::ROOT }
    }

    /// A resource nobody has been told of yet, created by `creator`.
    #[inline]
    pub(crate) fn new(kind: &'static str, location: Location, trigger: AsyncId, observed: bool) -> Self {
        Resource { identity: Identity::new(AsyncId::next(), observed), trigger: Some(trigger), kind, location }
    }

    /// Without what a table of resources of one kind need not repeat.
    #[inline]
    pub(crate) fn unplaced(&self) -> Unplaced {
        Unplaced { identity: self.identity, trigger: self.trigger }
    }

    /// Who this is.
    #[inline]
    #[must_use]
    pub fn async_id(&self) -> AsyncId {
        self.identity.async_id()
    }

    /// Who caused it; `None` only for the root.
    #[inline]
    #[must_use]
    pub fn trigger_async_id(&self) -> Option<AsyncId> {
        self.trigger
    }

    /// What it is: `"tokio::task"`, `"http::request"`, or the name its creator gave it. Node: the `type`.
    #[inline]
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The line that created it.
    #[inline]
    #[must_use]
    pub fn location(&self) -> Location {
        self.location
    }

    /// Another number for each resource, and the same for all its copies.
    #[inline]
    pub(crate) fn identity_bits(&self) -> u64 {
        self.identity.0.get() as u64
    }

    /// Whether this resource is the trigger of the other.
    #[inline]
    pub(crate) fn is_trigger_of(&self, other: &Resource) -> bool {
        other.trigger.is_some_and(|trigger| self.identity.is(trigger))
    }

    /// Whether hooks hear of it: false for what a hook created, and for all that descends from it.
    #[inline]
    pub(crate) fn is_observed(&self) -> bool {
        self.identity.is_observed()
    }
}

impl PartialEq for Resource {
    /// Two copies are equal when they speak of the same resource.
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

/// Who a resource is and who caused it, without what and where.
#[derive(Clone, Copy)]
pub(crate) struct Unplaced {
    identity: Identity,
    trigger: Option<AsyncId>,
}

impl Unplaced {
    #[inline]
    pub(crate) fn placed(self, kind: &'static str, location: Location) -> Resource {
        Resource { identity: self.identity, trigger: self.trigger, kind, location }
    }
}

/// The id, negative when hooks are kept out: a flag of its own would cost a word in every task.
///
/// May not clash: ids count up from 2 and do not reach 2^63 in the life of a machine.
#[derive(Clone, Copy)]
struct Identity(NonZeroI64);

impl Identity {
    const ROOT: Identity = Identity(match NonZeroI64::new(1) {
        Some(one) => one,
        None => NonZeroI64::MAX,
    });

    #[inline]
    fn new(id: AsyncId, observed: bool) -> Self {
        let id = NonZeroI64::try_from(id.non_zero()).unwrap_or(NonZeroI64::MAX);
        Identity(if observed { id } else { -id })
    }

    /// Compares the numbers as they are first: most resources are observed, and then no sign has to be removed.
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

    #[inline]
    fn async_id(self) -> AsyncId {
        AsyncId::from_non_zero(self.0.unsigned_abs())
    }
}
