//! Work on the thread pool, and more of it from its callback.

use async_hooks::prelude::*;
use async_hooks::tokio::spawn_blocking;

use crate::log::{Log, ids, shown};
use crate::normalise::Order;

static USER: AsyncLocal<&str> = AsyncLocal::new();

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("tokio::blocking", "job")], Order::ByExecution);
    log.hook("").enable();
    let says = log.clone();
    let first = move || {
        says.say(format!("first done user={} {}", shown(&USER), ids()));
        spawn_blocking(move || says.say(format!("second done user={} {}", shown(&USER), ids())))
    };
    USER.run("alice", || spawn_blocking(first)).await?.await?;
    Ok(log)
}
