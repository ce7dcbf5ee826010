//! A pool whose worker was started outside any request: each callback runs for its submitter.

use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};

use async_hooks::prelude::*;

use crate::log::{Log, ids, shown};
use crate::normalise::Order;

static USER: AsyncLocal<&str> = AsyncLocal::new();

type Task = Box<dyn FnOnce() + Send>;

/// One worker, started before any request.
///
/// Its reports belong to nobody until the resource of the task takes them over.
struct Worker {
    tasks: Sender<Task>,
    thread: JoinHandle<()>,
}

impl Worker {
    fn start() -> Self {
        let (sender, tasks) = mpsc::channel::<Task>();
        Worker { tasks: sender, thread: thread::spawn(move || tasks.into_iter().for_each(|task| task())) }
    }

    fn run_task(&self, n: u32, callback: impl FnOnce(u32) + Send + 'static) -> anyhow::Result<()> {
        let callback = AsyncResource::new("task").bind_once(callback);
        let sent = self.tasks.send(Box::new(move || callback(n * (n + 1) / 2)));
        sent.map_err(|_| anyhow::anyhow!("the worker has panicked"))
    }
}

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("request", "request"), ("task", "task")], Order::ByExecution);
    log.hook("").enable();
    let worker = Worker::start();
    for (name, n) in [("alice", 10), ("bob", 20), ("carol", 30)] {
        let says = log.clone();
        let callback = move |sum| says.say(format!("sum={sum} user={} {}", shown(&USER), ids()));
        let request = AsyncResource::new("request");
        request.run_in_async_scope(|| USER.run(name, || worker.run_task(n, callback)))?;
    }
    drop(worker.tasks);
    anyhow::ensure!(worker.thread.join().is_ok(), "the worker has panicked");
    Ok(log)
}
