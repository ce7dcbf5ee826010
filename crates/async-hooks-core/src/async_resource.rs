//! A resource of one's own: a request, a job, a callback, a connection.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll};

use crate::context;
use crate::crossing;
use crate::delivery::is_delivering;
use crate::dispatch;
use crate::execution;
use crate::hook::Events;
use crate::hook_list::is_wanted;
use crate::id::AsyncId;
use crate::location::Location;
use crate::mapping::Mapping;
use crate::resource::Resource;
use crate::scope::{self, Lifecycle};

/// A resource of one's own, alive until it is dropped.
///
/// Reach for it where neither a task nor a span stands for what happens: a request in a pool, a job in a queue, a callback
/// kept for later. It captures the context (the value of every [`AsyncLocal`](crate::AsyncLocal)) where it is made, and
/// brings it back whenever something runs in its scope.
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
    resource: Resource,
    context: Mapping,
    lifecycle: Lifecycle,
}

impl AsyncResource {
    /// A resource of this kind, caused by whatever executes now; sends `init`.
    ///
    /// Any kind will do, an empty one too. It is what tools group by, so keep it few: `"db::query"`, not the query's text.
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn new(kind: &'static str) -> Self {
        Self::create(kind, Location::caller(), None, 0, context::current())
    }

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
        AsyncResourceBuilder { kind, location: Location::caller(), trigger: None, lifecycle: 0, is_spawned: false }
    }

    #[inline]
    fn create(
        kind: &'static str,
        location: Location,
        trigger: Option<AsyncId>,
        lifecycle: u8,
        context: Mapping,
    ) -> Self {
        let resource = created(kind, location, trigger);
        let this = AsyncResource { resource, context, lifecycle: Lifecycle::new(lifecycle) };
        if is_wanted(Events::INIT) {
            dispatch::init(&this.resource);
        }
        this
    }

    /// Who this is. Node: `asyncResource.asyncId()`.
    #[inline]
    #[must_use]
    pub fn async_id(&self) -> AsyncId {
        self.resource.async_id()
    }

    /// Who caused it; always known here. Node: `asyncResource.triggerAsyncId()`.
    #[inline]
    #[must_use]
    pub fn trigger_async_id(&self) -> Option<AsyncId> {
        self.resource.trigger_async_id()
    }

    /// What hooks are told of it.
    #[inline]
    #[must_use]
    pub fn resource(&self) -> Resource {
        self.resource
    }

    /// Runs `f` as this resource, in the context captured when it was made, and returns what `f` returns.
    ///
    /// `before` and `after` are sent around it, `after` also when `f` panics. May be called any number of times, from any
    /// thread. What `f` enters with [`enter_with`](crate::AsyncLocal::enter_with) is forgotten at the end.
    ///
    /// Node: [`asyncResource.runInAsyncScope(fn)`](https://nodejs.org/api/async_context.html#asyncresourceruninasyncscopefn-thisarg-args).
    ///
    /// # Panics
    ///
    /// Only if `f` does; ids and context are put back first.
    #[inline]
    pub fn run_in_async_scope<R>(&self, f: impl FnOnce() -> R) -> R {
        let mut context = self.context.clone();
        scope::run_in(&self.resource, &mut context, &self.lifecycle, f)
    }

    /// Sends `destroy` now and not when the resource is dropped; true the first time.
    ///
    /// Nothing is sent for this resource afterwards, though what runs in its scope still sees its ids and context.
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
        let is_first = self.lifecycle.set_first(Lifecycle::ENDED);
        if is_first && is_wanted(Events::DESTROY) {
            dispatch::destroy(&self.resource);
        }
        is_first
    }

    /// Lets another send its events from now on, `destroy` included.
    pub(crate) fn let_adopt(&self) {
        self.lifecycle.set_first(Lifecycle::ENDED | Lifecycle::ADOPTED);
    }

    #[inline]
    pub(crate) fn is_adopted(&self) -> bool {
        self.lifecycle.is(Lifecycle::ADOPTED)
    }

    /// What was captured when it was made.
    #[inline]
    pub(crate) fn context(&self) -> &Mapping {
        &self.context
    }

    /// One poll of the future that is this resource; `enter_with` in there stays with it.
    #[inline]
    pub(crate) fn poll<F: Future>(&mut self, future: Pin<&mut F>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
        scope::run_in(&self.resource, &mut self.context, &self.lifecycle, || {
            let polled = future.poll(cx);
            if polled.is_ready() {
                scope::resolve(&self.resource, &self.lifecycle);
            }
            polled
        })
    }

    /// Runs `f` inside without `before` and `after`: what drops what the resource's owner owns.
    #[inline]
    pub(crate) fn run_silently(&mut self, f: impl FnOnce()) {
        scope::run_silently_in(&self.resource, &mut self.context, f);
    }
}

/// A resource that what executes creates; hooks have not been told yet.
#[inline]
pub(crate) fn created(kind: &'static str, location: Location, trigger: Option<AsyncId>) -> Resource {
    let (creator, is_observed) = execution::creator();
    Resource::new(kind, location, trigger.unwrap_or(creator), is_observed && !is_delivering())
}

impl Drop for AsyncResource {
    #[inline]
    fn drop(&mut self) {
        let was = self.lifecycle.set_mut(Lifecycle::ENDED);
        if was & (Lifecycle::MANUAL | Lifecycle::ENDED) == 0 && is_wanted(Events::DESTROY) {
            dispatch::destroy(&self.resource);
        }
    }
}

impl fmt::Debug for AsyncResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncResource").field("resource", &self.resource).finish_non_exhaustive()
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
    is_spawned: bool,
}

impl AsyncResourceBuilder {
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
    /// For who brings a runtime of their own: what `async_hooks::tokio` spawns is spawned by this.
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
        self.is_spawned = true;
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
    #[inline]
    pub fn build(self) -> AsyncResource {
        let context = if self.is_spawned { crossing::captured_by_spawn() } else { context::current() };
        AsyncResource::create(self.kind, self.location, self.trigger, self.lifecycle, context)
    }
}
