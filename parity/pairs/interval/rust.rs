//! An interval, one resource for all its ticks, whose last tick starts another.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::task::JoinHandle;

use crate::log::{Log, ids};
use crate::normalise::Order;
use crate::timer::set_interval;

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("interval", "interval")], Order::ByExecution);
    log.hook("").enable();
    let (first, second) = (log.clone(), log.clone());
    ticks(first, "first", 3, move || ticks(second.clone(), "second", 2, || ())).await?.await?;
    Ok(log)
}

fn ticks<R: Send + 'static>(
    log: Log,
    name: &'static str,
    count: u32,
    last: impl Fn() -> R + Send + 'static,
) -> JoinHandle<R> {
    let ticked = AtomicU32::new(0);
    set_interval(move || {
        log.say(format!("{name} ticks {}", ids()));
        match ticked.fetch_add(1, Ordering::Relaxed) + 1 < count {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(last()),
        }
    })
}
