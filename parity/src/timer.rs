//! Node's timers, as a library would build them with this crate.
//!
//! A timer is a resource that is created at the call. Its callback runs in the scope of that resource.

use std::future::Future;
use std::ops::ControlFlow;
use std::time::Duration;

use async_hooks::AsyncResource;
use tokio::task::JoinHandle;

/// What the timers of all pairs wait.
const DELAY: Duration = Duration::from_millis(1);

/// Calls back once.
///
/// Dropping the future, by aborting the handle, clears the timer and destroys its resource.
///
/// It is driven by a plain, untracked task: the timer is the resource, and there is no second one.
#[track_caller]
pub(crate) fn set_timeout<R: Send + 'static>(callback: impl FnOnce() -> R + Send + 'static) -> JoinHandle<R> {
    timeout(tokio::time::sleep(DELAY), callback)
}

/// A timer that never fires.
#[track_caller]
pub(crate) fn set_endless_timeout(callback: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
    timeout(std::future::pending(), callback)
}

#[track_caller]
fn timeout<R: Send + 'static>(
    delay: impl Future<Output = ()> + Send + 'static,
    callback: impl FnOnce() -> R + Send + 'static,
) -> JoinHandle<R> {
    let callback = AsyncResource::new("timer").bind_once(|()| callback());
    tokio::spawn(async move {
        delay.await;
        callback(())
    })
}

/// Calls back until the callback breaks, and returns the value it breaks with.
#[track_caller]
pub(crate) fn set_interval<R: Send + 'static>(callback: impl Fn() -> ControlFlow<R> + Send + 'static) -> JoinHandle<R> {
    let callback = AsyncResource::new("interval").bind(move |()| callback());
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(DELAY).await;
            if let ControlFlow::Break(result) = callback(()) {
                return result;
            }
        }
    })
}
