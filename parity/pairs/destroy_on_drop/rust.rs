//! What nothing refers to any more is destroyed, once, however it came to its end.

use async_hooks::{AsyncResource, Events, bind};

use crate::log::Log;
use crate::normalise::Order;

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("dropped", "dropped"), ("ended", "ended"), ("bound-fn", "bound")], Order::AsItHappens);
    log.hook_of("", Events::INIT | Events::DESTROY).enable();
    AsyncResource::new("dropped").run_in_async_scope(|| ());
    bind(|()| ())(());
    AsyncResource::new("ended").emit_destroy();
    Ok(log)
}
