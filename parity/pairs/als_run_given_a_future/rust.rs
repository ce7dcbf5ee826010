//! `run` with an async function, which returns at its first await.

use async_hooks::AsyncLocal;
use tokio::task::yield_now;

use crate::log::Log;
use crate::normalise::Order;

static USER: AsyncLocal<&str> = AsyncLocal::new();

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[], Order::AsItHappens);
    let function = async || {
        log.value("before the await user", &USER);
        yield_now().await;
        log.value("after the await user", &USER);
    };
    USER.run("alice", function).await;
    Ok(log)
}
