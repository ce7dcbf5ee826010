//! Who executes at top level, inside a resource, and at top level again.

use async_hooks::prelude::*;

use crate::log::{Log, id, ids};
use crate::normalise::Order;

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("job", "job")], Order::AsItHappens);
    log.say(format!("number of root={}", execution_async_id()));
    log.say(format!("trigger of root={}", id(trigger_async_id())));

    let job = AsyncResource::new("job");
    log.say(format!("job {} trigger={}", id(job.async_id()), id(job.trigger_async_id())));
    log.say(format!("above root={}", job.async_id() > execution_async_id()));
    log.say(format!("result={}", job.run_in_async_scope(|| 1729)));
    job.run_in_async_scope(|| log.say(ids()));
    log.say(ids());
    log.say(format!("unique={}", AsyncResource::new("job").async_id() != job.async_id()));
    Ok(log)
}
