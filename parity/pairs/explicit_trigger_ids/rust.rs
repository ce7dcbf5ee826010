//! An explicit trigger: one that is alive, one that does not execute, one that never existed.

use anyhow::Context;
use async_hooks::{AsyncId, AsyncResource};

use crate::log::{Log, id, ids};
use crate::normalise::Order;

pub(crate) async fn run() -> anyhow::Result<Log> {
    let kinds = &[("connection", "connection"), ("request", "request"), ("orphan", "orphan")];
    let log = Log::start(kinds, Order::AsItHappens);
    log.hook("").enable();
    let connection = AsyncResource::new("connection");
    let caused_by_it = || AsyncResource::builder("request").trigger_async_id(connection.async_id()).build();
    let request = caused_by_it();
    request.run_in_async_scope(|| log.say(ids()));
    log.say(format!("trigger={}", id(request.trigger_async_id())));

    // In the scope of one, caused by another.
    let second = request.run_in_async_scope(caused_by_it);
    second.run_in_async_scope(|| log.say(ids()));

    // Nobody has this id; it is taken as given.
    let nobody = AsyncId::from_u64(1_000_000).context("above zero")?;
    let orphan = AsyncResource::builder("orphan").trigger_async_id(nobody).build();
    orphan.run_in_async_scope(|| log.say(ids()));
    Ok(log)
}
