//! An error that comes out of an await: which value its handler sees.

use async_hooks::AsyncLocal;
use tokio::task::yield_now;

use crate::log::Log;
use crate::normalise::Order;

static USER: AsyncLocal<&str> = AsyncLocal::new();

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[], Order::AsItHappens);
    if let Err(error) = USER.scope("alice", fails(&log)).await {
        log.value(&format!("{error}: outside user"), &USER);
    }
    let handles = async {
        if let Err(error) = USER.scope("carol", fails(&log)).await {
            log.value(&format!("{error}: in the outer run user"), &USER);
        }
    };
    USER.scope("bob", handles).await;
    Ok(log)
}

async fn fails(log: &Log) -> Result<(), &'static str> {
    yield_now().await;
    log.value("in the run user", &USER);
    Err("it fails")
}
