//! The id → store map of Node's documentation: set, inherited from the trigger, removed.

use async_hooks::{AsyncResource, StoreMap};

use crate::log::Log;
use crate::normalise::Order;

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[], Order::AsItHappens);
    let stores = StoreMap::new();
    stores.enable();
    let say = |place| {
        let store = stores.get().unwrap_or("none");
        log.say(format!("{place} store={store} of {}", stores.len()));
    };

    say("root");
    let request = AsyncResource::new("request");
    let (query, early) = request.run_in_async_scope(|| {
        let early = AsyncResource::new("query");
        stores.set("alice");
        say("request");
        (AsyncResource::new("query"), early)
    });
    query.run_in_async_scope(|| say("query"));
    early.run_in_async_scope(|| say("query made before the store"));
    query.run_in_async_scope(|| {
        stores.set("bob");
        say("query with a store of its own");
    });
    request.run_in_async_scope(|| say("request"));
    // Inherited from the trigger, not from the creator.
    let late = AsyncResource::builder("late").trigger_async_id(query.async_id()).build();
    late.run_in_async_scope(|| say("caused by the query"));
    AsyncResource::new("other").run_in_async_scope(|| say("other"));

    drop((request, query, early, late));
    log.say(format!("at the end {}", stores.len()));
    Ok(log)
}
