//! Resources with a manual end: one is kept for ever, two are ended.

use async_hooks::AsyncResource;

use crate::log::Log;
use crate::normalise::Order;

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("kept", "kept"), ("ended", "ended"), ("used", "used")], Order::AsItHappens);
    log.hook("").enable();
    drop(AsyncResource::builder("kept").manual_destroy().build());
    AsyncResource::builder("ended").manual_destroy().build().emit_destroy();
    let used = AsyncResource::builder("used").manual_destroy().build();
    used.run_in_async_scope(|| log.say("inside"));
    used.emit_destroy();
    Ok(log)
}
