//! Node's timers: a resource made where the timer is set, in whose scope the callback runs.

use std::future::Future;

use async_hooks::AsyncResource;
use tokio::task::JoinHandle;

use crate::runtimes::elapse;

/// Calls back once `delay` is over, as a resource of kind `"Timeout"`.
///
/// The task that waits is not a resource of its own.
pub(crate) fn set_timeout<D, C>(delay: D, callback: C) -> JoinHandle<()>
where
    D: Future<Output = ()> + Send + 'static,
    C: FnOnce() + Send + 'static,
{
    let callback = AsyncResource::new("Timeout").bind_once(move |()| callback());
    tokio::spawn(async move {
        delay.await;
        callback(());
    })
}

/// Calls back `ticks` times, a millisecond apart, as one resource of kind `"Timeout"`.
///
/// The callback receives the number of the tick.
pub(crate) fn set_interval<C>(ticks: usize, callback: C) -> JoinHandle<()>
where
    C: Fn(usize) + Send + 'static,
{
    let callback = AsyncResource::new("Timeout").bind(callback);
    tokio::spawn(async move {
        for tick in 1..=ticks {
            elapse(1).await;
            callback(tick);
        }
    })
}
