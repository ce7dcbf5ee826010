//! Deferred callbacks, one started by another: `setImmediate`, `nextTick`; here, tasks.

use async_hooks::prelude::*;
use async_hooks::tokio::spawn;

use crate::log::{Log, ids, shown};
use crate::normalise::Order;

static USER: AsyncLocal<&str> = AsyncLocal::new();

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("tokio::task", "callback")], Order::ByExecution);
    log.hook("").enable();
    let callback = |word, log: &Log| {
        let log = log.clone();
        async move { log.say(format!("{word} user={} {}", shown(&USER), ids())) }
    };

    let tasks = log.clone();
    let first = async move {
        callback("first", &tasks).await;
        let second = USER.run("bob", || spawn(callback("second", &tasks)));
        (second, spawn(callback("third", &tasks)))
    };
    let first = USER.run("alice", || spawn(first));
    callback("root", &log).await;
    let (second, third) = first.await?;
    second.await?;
    third.await?;
    Ok(log)
}
