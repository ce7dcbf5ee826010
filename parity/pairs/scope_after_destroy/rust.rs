//! A scope that is entered when its resource has been destroyed.

use async_hooks::prelude::*;

use crate::log::{Log, ids, shown};
use crate::normalise::Order;

static USER: AsyncLocal<&str> = AsyncLocal::new();

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("job", "job")], Order::AsItHappens);
    log.hook("").enable();
    let job = USER.run("alice", || AsyncResource::new("job"));
    job.emit_destroy();
    job.run_in_async_scope(|| log.say(format!("user={} {}", shown(&USER), ids())));
    Ok(log)
}
