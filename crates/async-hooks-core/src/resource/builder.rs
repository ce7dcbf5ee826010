//! The builder of resources: trigger, location, and how they end.

use crate::context::current;
use crate::context::inheritance;
use crate::identity::id::AsyncId;
use crate::identity::location::Location;
use crate::resource::async_resource::AsyncResource;
use crate::resource::lifecycle::Terms;

impl AsyncResource {
    /// Starts a resource with an explicit trigger, a manual `destroy`, or a task of its own.
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

/// Builds a resource; see [`AsyncResource::builder`].
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

    /// Sets the trigger, if that is not the executing resource.
    ///
    /// The trigger of a request may be its connection. The id is used as it is, whether or not such a resource exists. The context is still captured where the resource is
    /// created. Node: the `triggerAsyncId` option.
    pub fn trigger_async_id(mut self, trigger: AsyncId) -> Self {
        self.trigger = Some(trigger);
        self
    }

    /// Leaves `destroy` to [`emit_destroy`](AsyncResource::emit_destroy): a drop sends nothing.
    ///
    /// Node: the `requireManualDestroy` option.
    pub fn manual_destroy(mut self) -> Self {
        self.terms = self.terms.manual();
        self
    }

    /// Makes the resource a task of its own: of an executor, a thread, a pool.
    ///
    /// Each [`AsyncLocal`](crate::AsyncLocal) then crosses into it by its [`inherit`](crate::AsyncLocal::inherit) policy;
    /// without this the resource continues the flow of its creator.
    ///
    /// Adapters for other runtimes use it, as `async_hooks::tokio` does. A future that becomes such a resource by
    /// [`scope`](AsyncResource::scope) is dropped when it returns `Ready`, as executors do. It must not be polled again: it
    /// would be pending forever.
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

    /// Sets the location, if that is not the caller of `builder`.
    ///
    /// A library that creates resources for its callers passes their location.
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
        let context = if self.terms.is_task() { inheritance::capture_for_spawn() } else { current::capture() };
        AsyncResource::create(self.kind, self.location, self.trigger, self.terms, context)
    }
}
