//! What a caller sees of `enter_with` in an async function, before and after its first await.

use async_hooks::prelude::*;
use tokio::task::yield_now;

use crate::log::{Log, shown};
use crate::normalise::Order;

static USER: AsyncLocal<&str> = AsyncLocal::new();
static ROLE: AsyncLocal<&str> = AsyncLocal::new();

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[], Order::AsItHappens);
    let both = |place| log.say(format!("{place} user={} role={}", shown(&USER), shown(&ROLE)));
    let child = async {
        USER.enter_with("alice");
        yield_now().await;
        ROLE.enter_with("admin");
        yield_now().await;
        both("child");
    };
    yield_now().await;
    child.in_async_resource("future").await;
    both("parent");
    Ok(log)
}
