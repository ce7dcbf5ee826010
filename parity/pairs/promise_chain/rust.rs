//! `then` inside `then`: who is caused by whom, which value each sees, which resolves first.

use async_hooks::Events;
use async_hooks::prelude::*;

use crate::log::{Log, ids, shown};
use crate::normalise::Order;

static USER: AsyncLocal<&str> = AsyncLocal::new();

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("future", "future")], Order::AsItHappens);
    log.hook_of("", Events::INIT | Events::RESOLVE).enable();
    let say = |place| log.say(format!("{place} user={} {}", shown(&USER), ids()));

    let second = || async {
        say("second");
        1729
    };
    let first = async {
        say("first");
        second().in_async_resource("future").await
    };
    let chain = USER.run("alice", || first.in_async_resource("future"));
    log.say(format!("result={}", chain.await));
    Ok(log)
}
