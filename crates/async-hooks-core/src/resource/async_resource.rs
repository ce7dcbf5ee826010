//! A resource of one's own: a request, a job, a callback, a connection.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll};

use crate::context::current;
use crate::context::mapping::Mapping;
use crate::hooks::dispatch;
use crate::hooks::events::Events;
use crate::hooks::list::is_wanted;
use crate::hooks::thread_cache::is_delivering;
use crate::hooks::waker;
use crate::identity::execution;
use crate::identity::id::AsyncId;
use crate::identity::location::Location;
use crate::identity::resource::Resource;
use crate::resource::lifecycle::{Lifecycle, Living};
use crate::resource::scope;

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
    living: Living,
    context: Mapping,
}

impl AsyncResource {
    /// A resource of this kind, caused by whatever executes now; sends `init`.
    ///
    /// Any kind will do, an empty one too. It is what tools group by, so keep it few: `"db::query"`, not the query's text.
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn new(kind: &'static str) -> Self {
        Self::create(kind, Location::caller(), None, 0, current::capture())
    }

    #[inline]
    pub(super) fn create(
        kind: &'static str,
        location: Location,
        trigger: Option<AsyncId>,
        lifecycle: u8,
        context: Mapping,
    ) -> Self {
        let resource = created(kind, location, trigger);
        if is_wanted(Events::INIT) {
            dispatch::init(resource);
        }
        AsyncResource { living: Living { resource, lifecycle: Lifecycle::new(lifecycle) }, context }
    }

    /// Who this is. Node: `asyncResource.asyncId()`.
    #[inline]
    #[must_use]
    pub fn async_id(&self) -> AsyncId {
        self.living.resource.async_id()
    }

    /// Who caused it; always known here. Node: `asyncResource.triggerAsyncId()`.
    #[inline]
    #[must_use]
    pub fn trigger_async_id(&self) -> Option<AsyncId> {
        self.living.resource.trigger_async_id()
    }

    /// What hooks are told of it.
    #[inline]
    #[must_use]
    pub fn resource(&self) -> Resource {
        self.living.resource
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
        scope::run_in(&self.living, &mut context, f)
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
        let is_first = self.living.lifecycle.set_first(Lifecycle::ENDED);
        if is_first && is_wanted(Events::DESTROY) {
            dispatch::destroy(&self.living.resource);
        }
        is_first
    }

    /// Lets another send its events from now on, `destroy` included.
    pub(crate) fn let_adopt(&self) {
        self.living.lifecycle.set_first(Lifecycle::ENDED | Lifecycle::ADOPTED);
    }

    #[inline]
    pub(crate) fn is_adopted(&self) -> bool {
        self.living.lifecycle.is(Lifecycle::ADOPTED)
    }

    /// It is dropped, and `was` what it was before.
    #[inline(never)]
    fn end(&self, was: u8) {
        if was & Lifecycle::WATCHED != 0 {
            self.end_watched(was);
        } else if was & (Lifecycle::MANUAL | Lifecycle::ENDED) == 0 && is_wanted(Events::DESTROY) {
            dispatch::destroy(&self.living.resource);
        }
    }

    #[cold]
    fn end_watched(&self, was: u8) {
        waker::end(self.async_id());
        self.end(was & !Lifecycle::WATCHED);
    }

    /// What was captured when it was made.
    #[inline]
    pub(crate) fn context(&self) -> &Mapping {
        &self.context
    }

    /// One poll of the future that is this resource; `enter_with` in there stays with it. A task that is done is dropped here,
    /// where it is entered anyway; any other future is its owner's, who may poll it again.
    #[inline]
    pub(crate) fn poll<F: Future>(
        &mut self,
        mut future: Pin<&mut Option<F>>,
        cx: &mut task::Context<'_>,
    ) -> Poll<F::Output> {
        scope::poll_in(&self.living, &mut self.context, |is_watched| {
            let Some(polled) = future.as_mut().as_pin_mut() else { return Poll::Pending };
            let polled = if is_watched { poll_watched(&self.living.resource, polled, cx) } else { polled.poll(cx) };
            if polled.is_ready() {
                scope::resolve(&self.living);
                if self.living.lifecycle.is(Lifecycle::TASK) {
                    future.set(None);
                }
            }
            polled
        })
    }

    /// Runs `f` inside without `before` and `after`: what drops what the resource's owner owns.
    #[inline]
    pub(crate) fn run_silently(&mut self, f: impl FnOnce()) {
        scope::run_silently_in(&self.living.resource, &mut self.context, f);
    }
}

/// A poll of whose wakes hooks are to hear. A function of its own, so that every other poll is as short as it can be.
#[inline(never)]
fn poll_watched<F: Future>(resource: &Resource, future: Pin<&mut F>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
    future.poll(&mut task::Context::from_waker(&waker::waker(resource, cx.waker())))
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
        let was = self.living.lifecycle.set_mut(Lifecycle::ENDED);
        if was & !Lifecycle::TASK != 0 || is_wanted(Events::DESTROY) {
            self.end(was);
        }
    }
}

impl fmt::Debug for AsyncResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncResource").field("resource", &self.living.resource).finish_non_exhaustive()
    }
}
