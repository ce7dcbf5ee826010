//! What can be said of a resource before it is made.

use crate::context::current;
use crate::context::inheritance;
use crate::identity::id::AsyncId;
use crate::identity::location::Location;
use crate::resource::async_resource::AsyncResource;
use crate::resource::lifecycle::Lifecycle;

impl AsyncResource {
    /// A resource with an explicit trigger or a `destroy` of one's own timing.
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

/// A resource in the making; see [`AsyncResource::builder`].
#[derive(Clone, Debug)]
#[must_use = "a resource is made by `build`"]
pub struct AsyncResourceBuilder {
    kind: &'static str,
    location: Location,
    trigger: Option<AsyncId>,
    lifecycle: u8,
}

impl AsyncResourceBuilder {
    #[inline]
    fn new(kind: &'static str, location: Location) -> Self {
        AsyncResourceBuilder { kind, location, trigger: None, lifecycle: 0 }
    }

    /// Names who caused the resource, where that is not what executes now: a request's connection, say.
    ///
    /// The id is taken as given, whether or not such a resource exists. The context still comes from where the resource is
    /// made. Node: the `triggerAsyncId` option.
    pub fn trigger_async_id(mut self, trigger: AsyncId) -> Self {
        self.trigger = Some(trigger);
        self
    }

    /// Leaves `destroy` to [`emit_destroy`](AsyncResource::emit_destroy): dropping the resource sends nothing.
    ///
    /// Node: the `requireManualDestroy` option.
    pub fn manual_destroy(mut self) -> Self {
        self.lifecycle |= Lifecycle::MANUAL;
        self
    }

    /// Says that the resource is a task or job of its own, which goes its own way from here: an executor's task, a thread,
    /// a job in a pool. Each [`AsyncLocal`](crate::AsyncLocal) then crosses into it as its
    /// [`inherit`](crate::AsyncLocal::inherit) says; without this the same flow goes on.
    ///
    /// For who brings a runtime of their own: what `async_hooks::tokio` spawns is spawned by this. A future that becomes such a
    /// resource by [`scope`](AsyncResource::scope) is dropped as soon as it is done, as executors do, and must not be polled again:
    /// it would be pending for ever.
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
        self.lifecycle |= Lifecycle::TASK;
        self
    }

    /// Sets the line that counts as the creator's, where the caller of `builder` is not the one to name: inside a library
    /// that makes resources for others.
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

    /// The resource; sends `init`.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    ///
    /// let job = AsyncResource::builder("job").manual_destroy().build();
    /// assert!(job.emit_destroy());
    /// ```
    #[must_use = "dropping a resource destroys it"]
    // Always, so that what was not said costs nothing.
    #[inline(always)]
    pub fn build(self) -> AsyncResource {
        let is_task = self.lifecycle & Lifecycle::TASK != 0;
        let context = if is_task { inheritance::capture_for_spawn() } else { current::capture() };
        AsyncResource::create(self.kind, self.location, self.trigger, self.lifecycle, context)
    }
}
