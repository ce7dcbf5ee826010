//! A name and a default: when the default shows.

use async_hooks::AsyncLocal;

use crate::log::Log;
use crate::normalise::Order;

static USER: AsyncLocal<&str> = AsyncLocal::with_default(|| "nobody").named("user");

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[], Order::AsItHappens);
    log.say(format!("name={}", USER.name()));
    let unnamed = AsyncLocal::<&str>::new();
    log.say(format!("name when none is given={}", if unnamed.name().is_empty() { "empty" } else { unnamed.name() }));
    let value = |name| log.value(name, &USER);
    value("outside user");
    USER.run("alice", || {
        value("in the run user");
        USER.exit(|| value("in exit user"));
        value("in the run user");
    });
    value("outside user");
    USER.enter_with("bob");
    value("entered user");
    USER.disable();
    value("disabled user");
    Ok(log)
}
