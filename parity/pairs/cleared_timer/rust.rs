//! A timer that is cleared before it fires.

use crate::log::Log;
use crate::normalise::Order;
use crate::timer::{set_endless_timeout, set_timeout};

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("timer", "timer")], Order::ByExecution);
    log.hook("").enable();
    let (never_says, says) = (log.clone(), log.clone());
    let never = set_endless_timeout(move || never_says.say("never fires"));
    let cleared = set_timeout(move || {
        says.say("fires");
        never.abort();
        never
    });
    let ended = cleared.await?.await;
    anyhow::ensure!(ended.is_err_and(|error| error.is_cancelled()), "the timer was not cleared");
    Ok(log)
}
