//! `run` inside `run`: values, results, and a thousand levels of it.

use std::sync::Arc;

use async_hooks::AsyncLocal;

use crate::log::Log;
use crate::normalise::Order;

static USER: AsyncLocal<String> = AsyncLocal::new();

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[], Order::AsItHappens);
    let value = || log.value("user", &USER);
    value();
    let result = USER.run("alice".to_owned(), || {
        value();
        let inner = USER.run("bob".to_owned(), || {
            value();
            2
        });
        value();
        inner + 1
    });
    value();
    log.say(format!("result={result}"));

    log.say(format!("deepest={}", nested(1000).as_deref().map_or("none", String::as_str)));
    value();
    Ok(log)
}

fn nested(depth: u32) -> Option<Arc<String>> {
    match depth {
        0 => USER.get(),
        _ => USER.run(format!("level {depth}"), || nested(depth - 1)),
    }
}
