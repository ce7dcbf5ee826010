//! A value over the awaits of an async function, with `exit` and an inner `run` in it.

use async_hooks::AsyncLocal;
use tokio::task::yield_now;

use crate::log::Log;
use crate::normalise::Order;

static USER: AsyncLocal<&str> = AsyncLocal::new();

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[], Order::AsItHappens);
    let pending = USER.scope("alice", work(&log));
    let (result, ()) = tokio::join!(pending, async { log.value("while it waits: outside user", &USER) });
    log.say(format!("result={result}"));
    log.value("outside user", &USER);
    Ok(log)
}

async fn work(log: &Log) -> u32 {
    steps(log, "in the run user").await;
    USER.exit_scope(steps(log, "in exit user")).await;
    USER.scope("bob", steps(log, "in the inner run user")).await;
    log.value("in the run user", &USER);
    1729
}

async fn steps(log: &Log, name: &str) {
    log.value(name, &USER);
    yield_now().await;
    log.value(name, &USER);
    yield_now().await;
    log.value(name, &USER);
}
