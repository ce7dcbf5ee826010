//! An error that nobody catches, in a scope inside a task.

use async_hooks::AsyncResource;
use async_hooks::tokio::spawn;

use crate::log::{Log, ids};
use crate::normalise::Order;
use crate::throw::throw;

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("tokio::task", "task"), ("step", "step")], Order::AsItHappens);
    log.hook("").enable();
    let says = log.clone();
    let task = spawn(async move {
        let step = AsyncResource::builder("step").manual_destroy().build();
        step.run_in_async_scope(|| -> () {
            says.say(format!("throws {}", ids()));
            throw("a step fails")
        });
    });
    let thrown = task.await.err().and_then(|error| error.try_into_panic().ok());
    let message = thrown.and_then(|thrown| thrown.downcast_ref::<&str>().copied());
    log.say(format!("uncaught: {}", message.unwrap_or("nothing")));
    Ok(log)
}
