//! Timers, each started by the one before.

use crate::log::{Log, ids};
use crate::normalise::Order;
use crate::timer::set_timeout;

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("timer", "timer")], Order::ByExecution);
    log.hook("").enable();
    let say = log.clone();
    let first = set_timeout(move || {
        say.say(format!("first fires {}", ids()));
        set_timeout(move || {
            say.say(format!("second fires {}", ids()));
            set_timeout(move || say.say(format!("third fires {}", ids())))
        })
    });
    first.await?.await?.await?;
    Ok(log)
}
