//! A queue that one timer flushes for all: whose value a job sees, bound and unbound.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use async_hooks::{AsyncLocal, Snapshot};
use tokio::task::JoinHandle;

use crate::log::Log;
use crate::normalise::Order;
use crate::timer::set_timeout;

static USER: AsyncLocal<&str> = AsyncLocal::new();

type Job = Box<dyn Fn(()) + Send>;

/// The first push starts the timer that flushes the whole queue.
#[derive(Default)]
struct Queue {
    jobs: Arc<Mutex<Vec<Job>>>,
    flush: Option<JoinHandle<()>>,
}

impl Queue {
    fn push(&mut self, job: impl Fn(()) + Send + 'static) {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.push(Box::new(job));
        if jobs.len() == 1 {
            let jobs = Arc::clone(&self.jobs);
            self.flush = Some(set_timeout(move || {
                let batch = mem::take(&mut *jobs.lock().unwrap_or_else(PoisonError::into_inner));
                batch.iter().for_each(|job| job(()));
            }));
        }
    }
}

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[], Order::AsItHappens);
    let mut queue = Queue::default();
    for name in ["alice", "bob", "carol"] {
        let (unbound, bound) = (log.clone(), log.clone());
        USER.run(name, || {
            queue.push(move |()| unbound.value(&format!("job of {name}, unbound: user"), &USER));
            let job = move |()| bound.value(&format!("job of {name}, bound: user"), &USER);
            queue.push(Snapshot::current().bind(job));
        });
    }
    if let Some(flush) = queue.flush {
        flush.await?;
    }
    Ok(log)
}
