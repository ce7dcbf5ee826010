//! `exit` inside `run`, with another local beside it, and timers started in and after it.

use async_hooks::{AsyncLocal, Events};

use crate::log::{Log, shown};
use crate::normalise::Order;
use crate::timer::set_timeout;

static USER: AsyncLocal<&str> = AsyncLocal::new();
static ROLE: AsyncLocal<&str> = AsyncLocal::new();

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("timer", "timer")], Order::ByExecution);
    log.hook_of("", Events::INIT).enable();
    let says = log.clone();
    let both = move || says.say(format!("user={} role={}", shown(&USER), shown(&ROLE)));

    let in_both = || {
        let (in_exit, result) = USER.exit(|| {
            both();
            (set_timeout(both.clone()), 1729)
        });
        log.say(format!("result={result}"));
        both();
        (in_exit, set_timeout(both.clone()))
    };
    let (in_exit, after_exit) = USER.run("alice", || ROLE.run("admin", in_both));
    both();
    in_exit.await?;
    after_exit.await?;
    Ok(log)
}
