//! Creates the resource of a spawn.
//!
//! Every spawning function of this crate calls it before it calls tokio, so the resource has the spawner as trigger and
//! the location of the call.
//!
//! `#[track_caller]` does not reach into closures. So these functions wrap what is spawned, and each spawning function calls
//! tokio itself: then tokio records the same location.

use std::future::Future;

use async_hooks_core::AsyncResource;
use async_hooks_core::runtime::TaskFuture;

use crate::claim::SpawnClaim;

/// The kind of a task, and of the span that tokio creates for one.
pub(crate) const TASK: &str = "tokio::task";

/// The kind of a blocking job, and of the span that tokio creates for one.
pub(crate) const BLOCKING: &str = "tokio::blocking";

/// The future of a task, as a resource of this kind, and the claim to its spawn.
///
/// tokio drops the future before it wakes the task that joins, so `destroy` comes first.
#[inline]
#[track_caller]
pub(crate) fn task<F: Future>(kind: &'static str, future: F) -> (TaskFuture<F>, SpawnClaim) {
    let claim = SpawnClaim::begin();
    let task = TaskFuture::new(AsyncResource::builder(kind).spawned().build(), future);
    claim.hold_for(task.resource(), TASK);
    (task, claim)
}

/// The closure of a blocking job, bound to a new resource, and the claim to its spawn.
///
/// tokio calls it at most once. It is no future, so `resolve` is never sent.
#[inline]
#[track_caller]
pub(crate) fn blocking<F, R>(kind: &'static str, f: F) -> (impl FnOnce() -> R, SpawnClaim)
where
    F: FnOnce() -> R,
{
    let claim = SpawnClaim::begin();
    let resource = AsyncResource::builder(kind).spawned().build();
    claim.hold_for(resource.resource(), BLOCKING);
    let bound = resource.bind_once(move |()| f());
    (move || bound(()), claim)
}
