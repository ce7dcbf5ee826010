//! Two futures with two children each: nobody is caused by a sibling.

use std::future::Future;

use async_hooks::prelude::*;
use async_hooks::{Events, ResourceFuture};

use crate::log::{Log, ids};
use crate::normalise::Order;

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("future", "future")], Order::ByExecution);
    log.hook_of("", Events::INIT).enable();
    let leaf = || async { log.say(ids()) }.in_async_resource("future");
    let (one, other) = (parent(&log, leaf), parent(&log, leaf));
    tokio::join!(one, other);
    Ok(log)
}

fn parent<L: Future<Output = ()>>(log: &Log, leaf: impl Fn() -> L) -> ResourceFuture<impl Future<Output = ()>> {
    let children = async move {
        log.say(ids());
        let (one, other) = (leaf(), leaf());
        tokio::join!(one, other);
    };
    children.in_async_resource("future")
}
