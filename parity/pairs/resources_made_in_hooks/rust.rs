//! A hook that makes and uses a resource itself.

use async_hooks::{AsyncResource, create_hook};

use crate::log::{Log, calls};
use crate::normalise::Order;

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("job", "job"), ("audit", "audit")], Order::AsItHappens);
    log.hook_of("other: ", calls()).enable();
    let audit = log.clone();
    create_hook()
        .init(move |_| AsyncResource::new("audit").run_in_async_scope(|| audit.say("audit runs")))
        .build()
        .enable();

    let job = AsyncResource::new("job");
    job.run_in_async_scope(|| log.say("job runs"));
    Ok(log)
}
