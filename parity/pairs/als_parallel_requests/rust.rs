//! Ten requests at once, each with a value of its own at every step.

use std::collections::BTreeSet;

use async_hooks::AsyncLocal;
use async_hooks::tokio::spawn;
use tokio::task::yield_now;

use crate::log::{Log, shown};
use crate::normalise::Order;

static USER: AsyncLocal<String> = AsyncLocal::new();

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[], Order::AsItHappens);
    let requests: Vec<_> = (0..10).map(|number| spawn(USER.scope(format!("user {number}"), request(number)))).collect();
    log.value("meanwhile user", &USER);
    for (number, request) in requests.into_iter().enumerate() {
        log.say(format!("request {number} saw {}", request.await?));
    }
    Ok(log)
}

async fn request(number: u32) -> String {
    let mut seen = BTreeSet::new();
    for step in 0..5 {
        seen.insert(shown(&USER));
        turns((number * 7 + step) % 4).await;
        let inner = async {
            let first = shown(&USER);
            turns(step % 2).await;
            [first, shown(&USER)]
        };
        seen.extend(inner.await);
    }
    Vec::from_iter(seen).join(", ")
}

async fn turns(count: u32) {
    for _ in 0..count {
        yield_now().await;
    }
}
