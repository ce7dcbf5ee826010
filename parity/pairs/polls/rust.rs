//! A future that waits once: `before` and `after`.

use async_hooks::Events;
use async_hooks::prelude::*;
use tokio::task::yield_now;

use crate::log::{Log, calls};
use crate::normalise::Order;

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("future", "future")], Order::AsItHappens);
    log.hook_of("", calls() | Events::RESOLVE).enable();
    let work = async {
        log.say("begins");
        yield_now().await;
        log.say("goes on");
    };
    tokio::join!(work.in_async_resource("future"), async { log.say("root goes on") });
    Ok(log)
}
