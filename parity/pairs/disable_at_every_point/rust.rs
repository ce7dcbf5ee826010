//! A hook that is disabled at each point of a resource's life: what it sees of that life.

use async_hooks::AsyncResource;

use crate::log::Log;
use crate::normalise::Order;

/// The points: before `init`, before `before`, inside, before `destroy`, after it.
const POINTS: [&str; 5] =
    ["disabled at 0: ", "disabled at 1: ", "disabled at 2: ", "disabled at 3: ", "disabled at 4: "];

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("job", "job")], Order::AsItHappens);
    for (point, label) in POINTS.into_iter().enumerate() {
        live(&log, point, label);
    }
    Ok(log)
}

fn live(log: &Log, point: usize, label: &'static str) {
    let hook = log.hook_in_place(label);
    hook.enable();
    let at = |here| {
        if here == point {
            hook.disable();
        }
    };
    at(0);
    let job = AsyncResource::new("job");
    at(1);
    job.run_in_async_scope(|| at(2));
    at(3);
    drop(job);
    at(4);
    hook.disable();
}
