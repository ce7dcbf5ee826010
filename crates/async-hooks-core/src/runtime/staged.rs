//! A resource with several stages: a request has a handler future and a response body.
//!
//! The owner of the resource passes it on from stage to stage. What a stage sets with `enter_with` stays with the resource.

use std::sync::Arc;
use std::task::Context;

use crate::hooks::waker::WakerSlot;
use crate::local::local::AsyncLocal;
use crate::resource::async_resource::AsyncResource;
use crate::resource::builder::AsyncResourceBuilder;
use crate::resource::lifecycle::Tracked;
use crate::resource::scope;

/// The resource during a poll.
#[derive(Clone, Copy)]
pub struct PolledResource<'a>(&'a Tracked);

impl PolledResource<'_> {
    /// Sends `resolve`, at most once for each resource: the last stage is done.
    #[inline]
    pub fn resolve(self) {
        scope::resolve(self.0);
    }
}

impl std::fmt::Debug for PolledResource<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("PolledResource").field(&self.0.resource).finish()
    }
}

/// Creates the resource with this local set, in `init` as well.
///
/// It is what `local.run(value, || builder.build())` creates, in fewer steps.
#[inline(always)]
#[must_use = "dropping a resource destroys it"]
pub fn build_with<T: Send + Sync + 'static>(
    builder: AsyncResourceBuilder,
    local: &AsyncLocal<T>,
    value: Arc<T>,
) -> AsyncResource {
    builder.build_with(local.key_to_set(), Some(value))
}

/// Calls `poll` in the scope of the resource, and sends `before` and `after`.
///
/// Its waker sends `wake` where hooks want that.
#[inline]
pub fn poll_in<R>(
    resource: &mut AsyncResource,
    cx: &mut Context<'_>,
    poll: impl FnOnce(&mut Context<'_>, PolledResource<'_>) -> R,
) -> R {
    let (tracked, context, waker) = resource.scope_parts();
    scope::poll_in(tracked, context, |is_watched| {
        if is_watched { poll_watched(tracked, waker, cx, poll) } else { poll(cx, PolledResource(tracked)) }
    })
}

/// Not inlined, so that every other poll stays short.
#[inline(never)]
fn poll_watched<R>(
    tracked: &Tracked,
    waker: &mut WakerSlot,
    cx: &mut Context<'_>,
    poll: impl FnOnce(&mut Context<'_>, PolledResource<'_>) -> R,
) -> R {
    waker.poll(&tracked.resource, cx.waker(), |cx| poll(cx, PolledResource(tracked)))
}

/// Calls `f` in the scope of the resource, and sends `before` and `after`.
#[inline]
pub fn run_in<R>(resource: &mut AsyncResource, f: impl FnOnce() -> R) -> R {
    let (tracked, context, _) = resource.scope_parts();
    scope::run_in(tracked, context, f)
}

/// Calls `f`, which drops what the resource owns, in the scope of the resource.
///
/// Sends nothing.
#[inline]
pub fn drop_in(resource: &mut AsyncResource, f: impl FnOnce()) {
    resource.run_silently(f);
}
