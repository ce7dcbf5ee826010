//! All values at once, captured, brought back inside each other, and bound to a callback.

use async_hooks::{AsyncLocal, Snapshot};

use crate::log::{Log, shown};
use crate::normalise::Order;

static USER: AsyncLocal<&str> = AsyncLocal::new();
static ROLE: AsyncLocal<&str> = AsyncLocal::new();

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[], Order::AsItHappens);
    let both = |place: &str| log.say(format!("{place} user={} role={}", shown(&USER), shown(&ROLE)));
    let empty = Snapshot::current();
    let taken = USER.run("alice", || ROLE.run("admin", Snapshot::current));
    let bound = taken.bind(|word: &str| {
        both(word);
        word.len()
    });

    both("outside");
    taken.run(|| both("in the snapshot"));
    USER.run("bob", || {
        taken.run(|| {
            both("in the snapshot");
            USER.run("carol", || both("in a run in it"));
            empty.run(|| both("in the empty one in it"));
            both("in the snapshot");
        });
        empty.run(|| both("in the empty one"));
        log.say(format!("result={}", bound("bound")));
        both("in the run");
    });
    log.say(format!("result={}", taken.run(|| 1729)));
    both("outside");
    drop(bound);
    Ok(log)
}
