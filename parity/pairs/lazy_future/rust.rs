//! An async function that is called, and awaited later: when its body begins.

use async_hooks::Events;
use async_hooks::prelude::*;

use crate::log::Log;
use crate::normalise::Order;

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("future", "future")], Order::AsItHappens);
    log.hook_of("", Events::INIT | Events::RESOLVE).enable();
    let work = async || log.say("begins");
    let future = work().in_async_resource("future");
    log.say("made");
    future.await;
    log.say("done");
    Ok(log)
}
