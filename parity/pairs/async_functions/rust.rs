//! An async function awaits another over several turns: triggers and values.

use async_hooks::Events;
use async_hooks::prelude::*;
use tokio::task::yield_now;

use crate::log::Log;
use crate::normalise::Order;

static USER: AsyncLocal<&str> = AsyncLocal::new();

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("future", "future")], Order::AsItHappens);
    log.hook_of("", Events::INIT | Events::RESOLVE).enable();

    let second = || async {
        yield_now().await;
        log.value("second user", &USER);
        "second"
    };
    let first = async {
        yield_now().await;
        log.value("first user", &USER);
        let result = second().in_async_resource("future").await;
        log.value("first user", &USER);
        format!("first, {result}")
    };
    let done = USER.run("alice", || first.in_async_resource("future"));
    log.say(format!("result={}", done.await));
    Ok(log)
}
