//! `enter_with` in a task, in a scope and at top level: how far it reaches.

use async_hooks::Events;
use async_hooks::prelude::*;
use async_hooks::tokio::spawn;
use tokio::task::JoinHandle;

use crate::log::Log;
use crate::normalise::Order;

static USER: AsyncLocal<&str> = AsyncLocal::new();

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("tokio::task", "task")], Order::ByExecution);
    log.hook_of("", Events::INIT).enable();
    let root = || log.value("root user", &USER);

    let task = spawn(task(log.clone()));
    let sibling = spawn_value(&log, "sibling user");
    root();
    USER.enter_with("erin");
    let started_by_root = spawn_value(&log, "started by root user");
    root();
    for started in task.await? {
        started.await?;
    }
    sibling.await?;
    started_by_root.await?;
    Ok(log)
}

fn spawn_value(log: &Log, name: &'static str) -> JoinHandle<()> {
    let log = log.clone();
    spawn(async move { log.value(name, &USER) })
}

/// In a task: for the rest of it, and for what it starts from then on.
async fn task(log: Log) -> [JoinHandle<()>; 2] {
    let value = || log.value("task user", &USER);
    let before = spawn_value(&log, "started before user");
    value();
    USER.enter_with("alice");
    value();
    let after = spawn(enter_bob(log.clone()));
    USER.run("carol", || ());
    value();
    // In a scope: until it ends.
    AsyncResource::new("scope").run_in_async_scope(|| {
        USER.enter_with("dave");
        log.value("scope user", &USER);
    });
    value();
    [before, after]
}

async fn enter_bob(log: Log) {
    log.value("started after user", &USER);
    USER.enter_with("bob");
    log.value("started after user", &USER);
}
