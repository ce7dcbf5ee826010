//! An error at every point of `run` in `run`, and in `exit`: which value is there afterwards.

use std::cell::RefCell;

use async_hooks::tokio::spawn;
use async_hooks::{AsyncLocal, Events};
use tokio::task::JoinHandle;

use crate::log::Log;
use crate::normalise::Order;
use crate::throw::{catch, throw};

static USER: AsyncLocal<&str> = AsyncLocal::new();

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("tokio::task", "task")], Order::ByExecution);
    log.hook_of("", Events::INIT).enable();
    let tasks = RefCell::new(Vec::new());
    for point in [0, 1, 2, 3, 4] {
        let outcome = catch(|| nest(point, &log, &tasks));
        log.say(format!("thrown: {}", outcome.err().unwrap_or("nothing")));
        log.value("user", &USER);
    }
    USER.run("carol", || {
        if catch(|| nest(1, &log, &tasks)).is_err() {
            log.value("user", &USER);
        }
    });
    for task in tasks.take() {
        task.await?;
    }
    Ok(log)
}

fn nest(point: u32, log: &Log, tasks: &RefCell<Vec<JoinHandle<()>>>) {
    let throw_at = |here, message| {
        if here == point {
            throw(message);
        }
    };
    USER.run("alice", || {
        throw_at(0, "before the inner run");
        USER.run("bob", || {
            if point == 1 {
                let log = log.clone();
                tasks.borrow_mut().push(spawn(async move { log.value("user", &USER) }));
            }
            throw_at(1, "in the inner run");
        });
        USER.exit(|| throw_at(2, "in exit"));
        throw_at(3, "after exit");
    });
}
