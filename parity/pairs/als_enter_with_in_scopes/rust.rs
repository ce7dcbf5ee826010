//! `enter_with` inside `run`, and inside a scope that is entered twice.

use async_hooks::prelude::*;

use crate::log::{Log, shown};
use crate::normalise::Order;

static USER: AsyncLocal<&str> = AsyncLocal::new();
static ROLE: AsyncLocal<&str> = AsyncLocal::new();

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[], Order::AsItHappens);
    let both = |place| log.say(format!("{place} user={} role={}", shown(&USER), shown(&ROLE)));

    // A run puts back its own local, and only that.
    AsyncResource::new("scope").run_in_async_scope(|| {
        USER.run("alice", || {
            USER.enter_with("bob");
            ROLE.enter_with("admin");
            both("in the run");
        });
        both("after the run");
    });
    both("after the scope");

    // A scope is entered again as it was captured.
    let job = USER.run("carol", || AsyncResource::new("job"));
    job.run_in_async_scope(|| {
        USER.enter_with("dave");
        both("first time");
    });
    job.run_in_async_scope(|| both("second time"));
    Ok(log)
}
