//! A future that is made and never awaited.

use async_hooks::Events;
use async_hooks::prelude::*;

use crate::log::Log;
use crate::normalise::Order;

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("future", "future")], Order::AsItHappens);
    log.hook_of("", Events::INIT | Events::RESOLVE | Events::DESTROY).enable();
    drop(std::future::pending::<()>().in_async_resource("future"));
    log.say("nobody waits for it");
    Ok(log)
}
