//! Makes a resource of what is about to be spawned. Every spawn of this crate goes through here, before it asks tokio for
//! anything, so the resource is created in the spawner's scope and at the spawner's line.
//!
//! `#[track_caller]` does not reach through closures. That is why these wrap what is spawned, and each spawning function
//! calls tokio itself: then the line that tokio notes is the user's as well.

use std::future::Future;

use async_hooks_core::{AsyncResource, Resource, ResourceFuture};

/// A task is one future and one resource; tokio drops it before it wakes whoever joins, so `destroy` comes first.
#[inline]
#[track_caller]
pub(crate) fn task<F: Future>(future: F) -> ResourceFuture<F> {
    AsyncResource::builder("tokio::task").spawned().build().scope(future)
}

/// A blocking job is a callback that is called at most once. It is no future, so it never resolves.
#[inline]
#[track_caller]
pub(crate) fn blocking<F, R>(f: F) -> (impl FnOnce() -> R, Resource)
where
    F: FnOnce() -> R,
{
    let resource = AsyncResource::builder("tokio::blocking").spawned().build();
    let told = resource.resource();
    let bound = resource.bind_once(move |()| f());
    (move || bound(()), told)
}
