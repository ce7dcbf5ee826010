//! What all handlers do: wait, spawn, block, answer in steps.

use std::time::Duration;

use futures::{Stream, StreamExt as _, stream};

use crate::points::{ALWAYS, check, row};

/// Five steps, with a pause before each.
pub(crate) fn steps(caller: String) -> impl Stream<Item = (usize, String)> {
    stream::iter(0..5).then(move |step| {
        let caller = caller.clone();
        async move {
            tokio::time::sleep(Duration::from_millis(1)).await;
            (step, caller)
        }
    })
}

/// What handlers do: wait, spawn, block; plain and with our wrappers.
pub(crate) async fn work(caller: &str) {
    check("handler", ALWAYS, caller);
    tokio::task::yield_now().await;
    check("handler, after a yield", ALWAYS, caller);
    tokio::time::sleep(Duration::from_millis(1)).await;
    check("handler, after a timer", ALWAYS, caller);
    let task = |point, reach| {
        let caller = caller.to_owned();
        async move {
            tokio::time::sleep(Duration::from_millis(1)).await;
            check(point, reach, &caller);
        }
    };
    let job = |point, reach| {
        let caller = caller.to_owned();
        move || check(point, reach, &caller)
    };
    let tracked = async_hooks::tokio::spawn(task("spawn of async_hooks::tokio", ALWAYS));
    let plain = tokio::spawn(task("plain tokio::spawn", row("tokio::spawn")));
    let blocking = async_hooks::tokio::spawn_blocking(job("blocking job of async_hooks::tokio", ALWAYS));
    let plain_blocking = job("plain blocking job", row("tokio::task::spawn_blocking"));
    let plain_blocking = tokio::task::spawn_blocking(plain_blocking);
    let _ = tokio::join!(tracked, plain, blocking, plain_blocking);
    check("handler, after its tasks", ALWAYS, caller);
}
