//! A pool of threads that runs each callback in the resource of its submitter.
//!
//! The threads are started once, outside any request, and serve all of them.
//!
//! ```text
//! request  trigger  submitted by  called for    result
//! 4        4        bob           bob           2001000
//! 8        8        dave          dave          8002000
//! 2        2        alice         alice         500500
//! 6        6        carol         carol         4501500
//! ```
//!
//! Node: the `WorkerPool` and `WorkerPoolTaskInfo` of "Using `AsyncResource` for a Worker thread pool".

use std::sync::mpsc::{self, Sender};
use std::thread;

use async_hooks::prelude::*;

static USER: AsyncLocal<&str> = AsyncLocal::new().named("user");

type Task = Box<dyn FnOnce() + Send>;

struct WorkerPool {
    workers: Vec<Sender<Task>>,
    submitted: usize,
}

impl WorkerPool {
    fn new(threads: usize) -> Self {
        let start_worker = |_| {
            let (worker, tasks) = mpsc::channel::<Task>();
            thread::spawn(move || tasks.into_iter().for_each(|task| task()));
            worker
        };
        WorkerPool { workers: (0..threads).map(start_worker).collect(), submitted: 0 }
    }

    /// Runs `work` on a worker, then `callback` there, as a resource created by this call.
    ///
    /// The resource is destroyed when the callback has returned.
    fn run_task<R: 'static>(
        &mut self,
        work: impl FnOnce() -> R + Send + 'static,
        callback: impl FnOnce(R) + Send + 'static,
    ) {
        let done = AsyncResource::new("WorkerPoolTaskInfo").bind_once(callback);
        let worker = &self.workers[self.submitted % self.workers.len()];
        self.submitted += 1;
        assert!(worker.send(Box::new(move || done(work()))).is_ok(), "the worker has panicked");
    }
}

fn main() {
    let mut pool = WorkerPool::new(2);
    let (results, finished) = mpsc::channel();
    for (user, n) in [("alice", 1_000_u64), ("bob", 2_000), ("carol", 3_000), ("dave", 4_000)] {
        let request = AsyncResource::new("request");
        let (id, results) = (request.async_id(), results.clone());
        let callback = move |sum: u64| {
            let _ = results.send((id, trigger_async_id(), user, USER.get(), sum));
        };
        request.run_in_async_scope(|| USER.run(user, || pool.run_task(move || (1..=n).sum(), callback)));
    }

    drop(results);
    println!("{:<9}{:<9}{:<14}{:<14}result", "request", "trigger", "submitted by", "called for");
    let finished: Vec<_> = finished.iter().collect();
    for (request, trigger, submitter, user, sum) in &finished {
        let (trigger, user) = (trigger.map_or(0, AsyncId::as_u64), user.as_deref().unwrap_or(&"-"));
        println!("{request:<9}{trigger:<9}{submitter:<14}{user:<14}{sum}");
        assert_eq!((trigger, user), (request.as_u64(), submitter));
    }
    assert_eq!(finished.len(), 4);
}
