//! Callbacks unbound, bound, and bound to an existing resource: ids, values, results.

use async_hooks::{bind, prelude::*};

use crate::log::{Log, calls, id, ids, shown};
use crate::normalise::Order;

static USER: AsyncLocal<&str> = AsyncLocal::new();

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("bound-fn", "bound"), ("job", "job"), ("caller", "caller")], Order::AsItHappens);
    log.hook_of("", calls()).enable();
    let say = |word: &'static str| {
        log.say(format!("{word} user={} {}", shown(&USER), ids()));
        word.len()
    };

    let unbound = say;
    let bound = USER.run("alice", || bind(say));
    let job = USER.run("bob", || AsyncResource::new("job"));
    let job_id = job.async_id();
    let of_job = job.bind(say);

    let caller = AsyncResource::new("caller");
    caller.run_in_async_scope(|| {
        USER.run("carol", || {
            log.say(format!("result={}", unbound("unbound")));
            log.say(format!("result={}", bound("bound")));
            log.say(format!("result={}", of_job("of job")));
            bound("bound again");
            say("caller");
        });
    });
    log.say(format!("job {}", id(job_id)));
    drop((bound, of_job));
    Ok(log)
}
