//! The moment of `destroy`, and who executes in it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_hooks::prelude::*;

use crate::log::{Log, id};
use crate::normalise::Order;

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("job", "job"), ("owner", "owner")], Order::AsItHappens);
    log.hook_in_place("").enable();
    let job_id = Arc::new(AtomicU64::new(0));
    let (destroyed, job) = (log.clone(), Arc::clone(&job_id));
    let destroys = create_hook().destroy(move |resource| {
        if resource.async_id().as_u64() == job.load(Ordering::Relaxed) {
            destroyed.say(format!("destroyed by {}", id(execution_async_id())));
        }
    });
    destroys.build().enable();

    AsyncResource::builder("owner").manual_destroy().build().run_in_async_scope(|| {
        let job = AsyncResource::new("job");
        job_id.store(job.async_id().as_u64(), Ordering::Relaxed);
        job.emit_destroy();
        log.say("job is gone");
    });
    Ok(log)
}
