//! A scope inside a scope inside the first one again.

use async_hooks::AsyncResource;

use crate::log::{Log, ids};
use crate::normalise::Order;

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("outer", "outer"), ("inner", "inner"), ("job", "job")], Order::AsItHappens);
    log.hook("").enable();
    let outer = AsyncResource::new("outer");
    let inner = AsyncResource::builder("inner").trigger_async_id(outer.async_id()).build();
    let say = || log.say(ids());

    say();
    outer.run_in_async_scope(|| {
        say();
        inner.run_in_async_scope(|| {
            say();
            outer.run_in_async_scope(|| {
                say();
                drop(AsyncResource::new("job"));
            });
            say();
        });
        say();
    });
    say();
    drop((inner, outer));
    Ok(log)
}
