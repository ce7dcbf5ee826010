//! A resource that the program creates: a request, a job, a callback, a connection.

use std::fmt;
use std::mem::{self, ManuallyDrop};
use std::panic::{RefUnwindSafe, UnwindSafe};

use crate::context::foreign::captured;
use crate::context::mapping::Mapping;
use crate::hooks::dispatch::{self, is_wanted_of};
use crate::hooks::events::Events;
use crate::hooks::list::is_wanted;
use crate::hooks::waker::WakerSlot;
use crate::identity::id::AsyncId;
use crate::identity::location::Location;
use crate::identity::resource::Resource;
use crate::resource::created::created;
use crate::resource::lifecycle::{LastState, Lifecycle, Terms, Tracked};
use crate::resource::scope;

/// A resource that the program creates, alive until it is dropped.
///
/// Use it for an operation that is neither a task nor a span: a request in a pool, a job in a queue, a callback that is
/// called later. Its creation captures the context (the value of every [`AsyncLocal`](crate::AsyncLocal)), and
/// everything that runs in its scope has that context.
///
/// Dropping it sends `destroy`.
///
/// Node: [`AsyncResource`](https://nodejs.org/api/async_context.html#class-asyncresource).
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncLocal, AsyncResource, execution_async_id};
///
/// static USER: AsyncLocal<&str> = AsyncLocal::new();
///
/// let job = USER.run("alice", || AsyncResource::new("job"));
/// job.run_in_async_scope(|| {
///     assert_eq!(execution_async_id(), job.async_id());
///     assert_eq!(USER.get().as_deref(), Some(&"alice"));
/// });
/// ```
pub struct AsyncResource {
    pub(super) tracked: Tracked,
    /// Dropped by hand, so that the drop of a resource is short enough to be inlined.
    ///
    /// The compiler writes the drop of a field twice: once for a panic.
    pub(super) context: ManuallyDrop<Mapping>,
    pub(super) waker: WakerSlot,
}

impl AsyncResource {
    /// Creates a resource of this kind; its trigger is the executing resource. Sends `init`.
    ///
    /// Any kind is valid, an empty one too. Tools group by kind, so use few: `"db::query"`, not the text of the query.
    ///
    /// ```
    /// use async_hooks_core::{AsyncResource, execution_async_id};
    ///
    /// let query = AsyncResource::new("db::query");
    /// assert_eq!(query.resource().kind(), "db::query");
    /// assert_eq!(query.trigger_async_id(), Some(execution_async_id()));
    /// ```
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn new(kind: &'static str) -> Self {
        Self::create(kind, Location::caller(), None, Terms::default(), captured::capture())
    }

    // Always inlined: a call would pass the resource through memory.
    #[inline(always)]
    pub(super) fn create(
        kind: &'static str,
        location: Location,
        trigger: Option<AsyncId>,
        terms: Terms,
        context: Mapping,
    ) -> Self {
        let resource = created(kind, location, trigger);
        if dispatch::is_init_wanted_in(&context) {
            dispatch::init(resource);
        }
        AsyncResource {
            tracked: Tracked { resource, lifecycle: Lifecycle::begin(terms) },
            context: ManuallyDrop::new(context),
            waker: WakerSlot::UNUSED,
        }
    }

    /// Returns the id of this resource. Node: `asyncResource.asyncId()`.
    ///
    /// ```
    /// use async_hooks_core::{AsyncResource, execution_async_id};
    ///
    /// let job = AsyncResource::new("job");
    /// assert_ne!(job.async_id(), execution_async_id());
    /// ```
    #[inline]
    #[must_use]
    pub fn async_id(&self) -> AsyncId {
        self.tracked.resource.async_id()
    }

    /// Returns the id of its trigger; always `Some`. Node: `asyncResource.triggerAsyncId()`.
    ///
    /// ```
    /// use async_hooks_core::{AsyncId, AsyncResource};
    ///
    /// assert_eq!(AsyncResource::new("job").trigger_async_id(), Some(AsyncId::ROOT));
    /// ```
    #[inline]
    #[must_use]
    pub fn trigger_async_id(&self) -> Option<AsyncId> {
        self.tracked.resource.trigger_async_id()
    }

    /// Returns the description that hooks receive.
    ///
    /// ```
    /// use async_hooks_core::{AsyncResource, execution_async_resource};
    ///
    /// let job = AsyncResource::new("job");
    /// assert_eq!(job.run_in_async_scope(execution_async_resource), job.resource());
    /// ```
    #[inline]
    #[must_use]
    pub fn resource(&self) -> Resource {
        self.tracked.resource
    }

    /// Runs `f` as this resource, in the context that it captured, and returns the result of `f`.
    ///
    /// It sends `before` and `after` around `f`, `after` also if `f` panics. It can be called any number of times, from
    /// any thread. What `f` sets with [`enter_with`](crate::AsyncLocal::enter_with) ends with the call.
    ///
    /// Node:
    /// [`asyncResource.runInAsyncScope(fn)`](https://nodejs.org/api/async_context.html#asyncresourceruninasyncscopefn-thisarg-args).
    ///
    /// # Panics
    ///
    /// Panics if `f` panics; ids and context of the caller are restored first.
    ///
    /// # Examples
    ///
    /// ```
    /// use async_hooks_core::{AsyncId, AsyncResource, execution_async_id};
    ///
    /// let job = AsyncResource::new("job");
    /// assert_eq!(job.run_in_async_scope(execution_async_id), job.async_id());
    /// assert_eq!(execution_async_id(), AsyncId::ROOT);
    /// ```
    #[inline]
    pub fn run_in_async_scope<R>(&self, f: impl FnOnce() -> R) -> R {
        let mut context = Mapping::clone(&self.context);
        scope::run_in(&self.tracked, &mut context, f)
    }

    /// Sends `destroy` now instead of on drop; returns whether this call sent it.
    ///
    /// Use it for an operation that ends before its resource is dropped. No event of this resource is sent afterwards;
    /// code that runs in its scope still has its ids and its context.
    ///
    /// Node: [`asyncResource.emitDestroy()`](https://nodejs.org/api/async_context.html#asyncresourceemitdestroy).
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    ///
    /// let job = AsyncResource::new("job");
    /// assert!(job.emit_destroy());
    /// assert!(!job.emit_destroy());
    /// ```
    pub fn emit_destroy(&self) -> bool {
        let is_first = self.tracked.lifecycle.end_once();
        if is_first && is_wanted(Events::DESTROY) {
            dispatch::destroy(&self.tracked.resource);
        }
        is_first
    }

    /// Ends the resource without an event: the runtime that takes it over sends all later events.
    pub(crate) fn hand_over(&self) {
        self.tracked.lifecycle.hand_over();
    }

    #[inline]
    pub(crate) fn is_handed_over(&self) -> bool {
        self.tracked.lifecycle.is_handed_over()
    }

    /// Not inlined, so that a drop without hooks stays short.
    #[inline(never)]
    fn end(&mut self, last: LastState) {
        if last.is_watched() {
            self.end_watched(last);
        } else if last.is_abandoned() {
            dispatch::forget(&self.tracked.resource);
        } else if last.sends_destroy() {
            scope::as_future(last.is_future(), || dispatch::destroy(&self.tracked.resource));
        }
    }

    #[cold]
    fn end_watched(&mut self, last: LastState) {
        self.waker.end();
        if is_wanted_of(Events::DESTROY, &self.tracked.resource) {
            self.end(last.unwatched());
        }
    }

    #[inline]
    pub(crate) fn context(&self) -> &Mapping {
        &self.context
    }

    /// What is needed to enter the scope of this resource, and to keep what is set in it.
    #[inline]
    pub(crate) fn scope_parts(&mut self) -> (&Tracked, &mut Mapping, &mut WakerSlot) {
        (&self.tracked, &mut self.context, &mut self.waker)
    }

    /// As [`run_in_async_scope`](Self::run_in_async_scope), for the only call of a resource.
    ///
    /// No later call needs the context as it was, so none is copied.
    #[inline]
    pub(super) fn run_once<R>(&mut self, f: impl FnOnce() -> R) -> R {
        scope::run_in(&self.tracked, &mut self.context, f)
    }

    /// Runs `f` in the scope without `before` and `after`, to create or drop what is owned.
    #[inline]
    pub(crate) fn run_silently<R>(&mut self, f: impl FnOnce() -> R) -> R {
        scope::run_silently_in(&self.tracked.resource, &mut self.context, f)
    }
}

// A panic cannot leave a resource half entered: what a scope enters is left while the panic unwinds through it.
impl UnwindSafe for AsyncResource {}
impl RefUnwindSafe for AsyncResource {}

impl Drop for AsyncResource {
    #[inline]
    fn drop(&mut self) {
        let last = self.tracked.lifecycle.end_by_drop();
        // Tested in place, so that the end of a resource that no hook observes costs no call.
        if last.is_watched() || is_wanted_of(Events::DESTROY, &self.tracked.resource) {
            self.end(last);
        }
        drop(mem::take(&mut *self.context));
    }
}

impl fmt::Debug for AsyncResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncResource").field("resource", &self.tracked.resource).finish_non_exhaustive()
    }
}
