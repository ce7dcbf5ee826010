//! Enabled twice, disabled three times, enabled again: how often hooks run, in which order.

use async_hooks::AsyncResource;

use crate::log::{Log, calls};
use crate::normalise::Order;

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("job", "job")], Order::AsItHappens);
    let (first, second) = (log.hook_of("first: ", calls()), log.hook_of("second: ", calls()));
    first.enable();
    second.enable();
    let use_it = || AsyncResource::new("job").run_in_async_scope(|| log.say("inside"));

    log.say(format!("same handle={}", std::ptr::eq(first.enable().enable(), &first)));
    use_it();
    log.say("first again, behind second");
    first.disable();
    first.enable();
    use_it();
    log.say("second disabled, three times");
    second.disable().disable().disable();
    use_it();
    first.disable();
    use_it();
    Ok(log)
}
