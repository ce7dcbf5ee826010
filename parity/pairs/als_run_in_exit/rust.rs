//! `run` inside `exit`: nothing is set behind it.

use async_hooks::AsyncLocal;

use crate::log::Log;
use crate::normalise::Order;

static USER: AsyncLocal<&str> = AsyncLocal::new();

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[], Order::AsItHappens);
    let value = |name| log.value(name, &USER);
    USER.run("alice", || {
        USER.exit(|| {
            value("in exit user");
            USER.run("bob", || value("in the run user"));
            value("in exit again user");
        });
        value("after exit user");
    });
    Ok(log)
}
