//! `disable` inside `run`: what is set, captured and set again.

use async_hooks::prelude::*;

use crate::log::{Log, shown};
use crate::normalise::Order;

static USER: AsyncLocal<&str> = AsyncLocal::new();
static ROLE: AsyncLocal<&str> = AsyncLocal::new();

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[], Order::AsItHappens);
    let both = |place| log.say(format!("{place} user={} role={}", shown(&USER), shown(&ROLE)));
    let in_both = || {
        let before = AsyncResource::new("before");
        both("set");
        USER.disable();
        both("disabled");
        before.run_in_async_scope(|| both("disabled, captured before"));
        USER.exit(|| both("disabled, in exit"));
        both("disabled, after exit");
        USER.run("bob", || {
            both("set again");
            before.run_in_async_scope(|| both("set again, captured before"));
        });
        both("after the run");
    };
    ROLE.run("admin", || USER.run("alice", in_both));
    both("outside");
    Ok(log)
}
