//! A promise made in one context, awaited in a second, resolved from a third.

use async_hooks::AsyncLocal;
use tokio::sync::oneshot;
use tokio::task::yield_now;

use crate::log::Log;
use crate::normalise::Order;

static USER: AsyncLocal<&str> = AsyncLocal::new();

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[], Order::AsItHappens);
    let (send, answer) = USER.run("maker", oneshot::channel::<u32>);
    let waits = USER.scope("waiter", async {
        log.value("before the answer user", &USER);
        log.say(format!("answer={}", answer.await?));
        log.value("after the answer user", &USER);
        anyhow::Ok(())
    });
    let sends = USER.scope("sender", async {
        yield_now().await;
        anyhow::ensure!(send.send(1729).is_ok(), "nobody waits");
        log.value("sent by user", &USER);
        Ok(())
    });
    tokio::try_join!(waits, sends)?;
    Ok(log)
}
