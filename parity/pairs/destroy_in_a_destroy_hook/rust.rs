//! A `destroy` callback that destroys another resource.

use async_hooks::{AsyncResource, Events, create_hook};

use crate::log::Log;
use crate::normalise::Order;

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("first", "first"), ("second", "second")], Order::AsItHappens);
    log.hook_of("", Events::INIT | Events::DESTROY).enable();
    let first = AsyncResource::new("first");
    let second = AsyncResource::new("second");
    let id = first.async_id();
    let destroys_second = create_hook().destroy(move |resource| {
        if resource.async_id() == id {
            second.emit_destroy();
        }
    });
    destroys_second.build().enable();
    first.emit_destroy();
    Ok(log)
}
