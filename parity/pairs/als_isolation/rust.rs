//! Two locals, nested in each other, and tasks started at every level.

use std::cell::RefCell;

use async_hooks::tokio::spawn;
use async_hooks::{AsyncLocal, Events};

use crate::log::{Log, shown};
use crate::normalise::Order;

static USER: AsyncLocal<&str> = AsyncLocal::new();
static ROLE: AsyncLocal<&str> = AsyncLocal::new();

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("tokio::task", "task")], Order::ByExecution);
    log.hook_of("", Events::INIT).enable();
    let tasks = RefCell::new(Vec::new());
    let start = |place| {
        let log = log.clone();
        tasks.borrow_mut().push(spawn(async move { both(&log, place) }));
    };
    USER.run("alice", || {
        both(&log, "user");
        ROLE.run("admin", || {
            both(&log, "both");
            start("task of both");
            USER.run("bob", || start("task of another user"));
            ROLE.exit(|| start("task without role"));
        });
        start("task of user");
        both(&log, "user");
    });
    start("task of nobody");
    for task in tasks.take() {
        task.await?;
    }
    Ok(log)
}

fn both(log: &Log, place: &str) {
    log.say(format!("{place} user={} role={}", shown(&USER), shown(&ROLE)));
}
