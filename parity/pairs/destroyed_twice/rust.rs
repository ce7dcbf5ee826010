//! `emit_destroy` called twice.

use async_hooks::AsyncResource;

use crate::log::Log;
use crate::normalise::Order;

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("job", "job")], Order::AsItHappens);
    log.hook("").enable();
    let job = AsyncResource::new("job");
    job.emit_destroy();
    job.emit_destroy();
    Ok(log)
}
