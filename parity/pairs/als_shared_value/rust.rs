//! A value that is changed inside: parent and children share it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_hooks::AsyncLocal;
use async_hooks::tokio::spawn;

use crate::log::Log;
use crate::normalise::Order;

static VISITS: AsyncLocal<AtomicU32> = AsyncLocal::new();

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[], Order::AsItHappens);
    let store = Arc::new(AtomicU32::new(0));
    VISITS.scope(Arc::clone(&store), parent(&log, &store)).await?;
    log.say(format!("outside visits={}", store.load(Ordering::Relaxed)));
    Ok(log)
}

async fn parent(log: &Log, store: &Arc<AtomicU32>) -> anyhow::Result<()> {
    visit(log, "parent");
    for name in ["first child", "second child"] {
        let log = log.clone();
        spawn(async move { visit(&log, name) }).await?;
    }
    visit(log, "parent");
    let is_same = VISITS.get().is_some_and(|visits| Arc::ptr_eq(&visits, store));
    log.say(format!("the same store={is_same}"));
    Ok(())
}

fn visit(log: &Log, who: &str) {
    let visits = VISITS.with(|visits| visits.map(|visits| visits.fetch_add(1, Ordering::Relaxed) + 1));
    log.say(format!("{who} visits={}", visits.unwrap_or_default()));
}
