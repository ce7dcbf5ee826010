//! The builder of resources: it sets their trigger and location, and how they end.

use crate::context::current;
use crate::context::foreign::captured;
use crate::context::foreign::carrier;
use crate::context::mapping::node::{Key, Value};
use crate::context::set_in_copy;
use crate::context::setting;
use crate::hooks::events::Events;
use crate::hooks::list::is_wanted;
use crate::identity::id::AsyncId;
use crate::identity::location::Location;
use crate::resource::async_resource::AsyncResource;
use crate::resource::lifecycle::Terms;

impl AsyncResource {
    /// Starts to build a resource with another trigger or location, or as a task of its own.
    ///
    /// Use [`new`](Self::new) if none of the builder's options is needed.
    ///
    /// ```
    /// use async_hooks_core::{AsyncId, AsyncResource};
    ///
    /// let connection = AsyncResource::new("connection");
    /// let request = AsyncResource::builder("request").trigger_async_id(connection.async_id()).build();
    /// assert_eq!(request.trigger_async_id(), Some(connection.async_id()));
    /// ```
    #[inline]
    #[track_caller]
    pub fn builder(kind: &'static str) -> AsyncResourceBuilder {
        AsyncResourceBuilder::new(kind, Location::caller())
    }
}

/// Builds a resource with options. Returned by [`AsyncResource::builder`].
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncResource;
///
/// let job = AsyncResource::builder("job").manual_destroy().build();
/// assert_eq!(job.resource().kind(), "job");
/// ```
#[derive(Clone, Debug)]
#[must_use = "`build` creates the resource"]
pub struct AsyncResourceBuilder {
    kind: &'static str,
    location: Location,
    trigger: Option<AsyncId>,
    terms: Terms,
}

impl AsyncResourceBuilder {
    #[inline]
    fn new(kind: &'static str, location: Location) -> Self {
        AsyncResourceBuilder { kind, location, trigger: None, terms: Terms::default() }
    }

    /// Sets the trigger; without it, that is the executing resource.
    ///
    /// Use it if another resource is the cause: the trigger of a request may be its connection. The id need not belong
    /// to a resource that exists. The context is still captured where the resource is created.
    ///
    /// Node: the `triggerAsyncId` option.
    ///
    /// ```
    /// use async_hooks_core::{AsyncId, AsyncResource};
    ///
    /// let trigger = AsyncId::from_u64(7).unwrap();
    /// let request = AsyncResource::builder("request").trigger_async_id(trigger).build();
    /// assert_eq!(request.trigger_async_id(), Some(trigger));
    /// ```
    pub fn trigger_async_id(mut self, trigger: AsyncId) -> Self {
        self.trigger = Some(trigger);
        self
    }

    /// Leaves `destroy` to [`emit_destroy`](AsyncResource::emit_destroy): a drop sends nothing.
    ///
    /// Use it if only an explicit call may end the operation: a resource that is dropped without one never sends
    /// `destroy`.
    ///
    /// Node: the `requireManualDestroy` option.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    ///
    /// let job = AsyncResource::builder("job").manual_destroy().build();
    /// assert!(job.emit_destroy());
    /// ```
    pub fn manual_destroy(mut self) -> Self {
        self.terms = self.terms.manual();
        self
    }

    /// Makes the resource a task or job of its own: of an executor, a thread, a pool.
    ///
    /// The resource then gets each [`AsyncLocal`](crate::AsyncLocal) by its [`inherit`](crate::AsyncLocal::inherit)
    /// policy. Otherwise it gets the values of its creator. Use it in an adapter for another runtime;
    /// `async_hooks::tokio` does so.
    ///
    /// ```
    /// use async_hooks_core::{AsyncLocal, AsyncResource, Inherit};
    ///
    /// static TRANSACTION: AsyncLocal<u32> = AsyncLocal::new().inherit(Inherit::Barrier);
    ///
    /// TRANSACTION.run(42_u32, || {
    ///     let job = AsyncResource::builder("thread").spawned().build().bind_once(|()| TRANSACTION.get());
    ///     assert_eq!(std::thread::spawn(|| job(())).join().unwrap(), None);
    /// });
    /// ```
    #[inline]
    pub fn spawned(mut self) -> Self {
        self.terms = self.terms.task();
        self
    }

    /// Sets the location; without it, that is the caller of `builder`.
    ///
    /// Use it in a library that creates resources for its callers, to pass the location of the caller.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    ///
    /// let here = std::panic::Location::caller();
    /// let job = AsyncResource::builder("job").location(here).build();
    /// assert_eq!(job.resource().location(), here.into());
    /// ```
    pub fn location(mut self, location: impl Into<Location>) -> Self {
        self.location = location.into();
        self
    }

    /// Creates the resource; sends `init`.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    ///
    /// let job = AsyncResource::builder("job").manual_destroy().build();
    /// assert!(job.emit_destroy());
    /// ```
    #[must_use = "dropping a resource destroys it"]
    // Always inlined, so that an option that is not used costs nothing.
    #[inline(always)]
    pub fn build(self) -> AsyncResource {
        let context = if self.terms.is_task() { captured::capture_for_spawn() } else { captured::capture() };
        AsyncResource::create(self.kind, self.location, self.trigger, self.terms, context)
    }

    /// As [`build`](Self::build), in the current context with this local set.
    ///
    /// It creates what `run_with` creates around `build`. Where nothing reads the local meanwhile, the current context is not changed.
    #[inline(always)]
    pub(crate) fn build_with(self, local: Key, value: Value) -> AsyncResource {
        if is_wanted(Events::INIT) || carrier::is_any() {
            return self.build_inside(local, value);
        }
        let context = current::capture().with(local, setting::owner(), value);
        AsyncResource::create(self.kind, self.location, self.trigger, self.terms, context)
    }

    /// Hooks see the local in `init`, and foreign contexts where they are captured.
    #[inline(never)]
    fn build_inside(self, local: Key, value: Value) -> AsyncResource {
        set_in_copy::run_capturing(local, value, || self.build())
    }

    /// As [`build`](Self::build), for a span.
    ///
    /// No foreign context is attached while it is entered, so it captures none.
    #[inline(always)]
    pub(crate) fn build_span(self) -> AsyncResource {
        AsyncResource::create(self.kind, self.location, self.trigger, self.terms, current::capture())
    }
}
