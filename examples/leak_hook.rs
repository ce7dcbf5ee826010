//! A leak detector in twenty lines: it remembers `init` and forgets at `destroy`.
//!
//! Whatever remains is still alive; if it is old, it leaks. Each resource knows the line that created it.
//!
//! ```text
//! tokio::task 3, alive for 52ms, spawned at examples/leak_hook.rs:61:5
//! ```
//!
//! Node: `createHook` with the ids of open handles, as the `why-is-node-running` package does.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_hooks::tokio::spawn;
use async_hooks::{AsyncHook, AsyncId, Events, Hook, Resource};
use tokio::sync::oneshot;
use tokio::time::sleep;

type Alive = BTreeMap<AsyncId, (Resource, Instant)>;

#[derive(Clone, Default)]
struct LeakHook(Arc<Mutex<Alive>>);

impl Hook for LeakHook {
    fn init(&self, resource: &Resource) {
        self.alive().insert(resource.async_id(), (*resource, Instant::now()));
    }

    fn destroy(&self, resource: &Resource) {
        self.alive().remove(&resource.async_id());
    }

    fn events(&self) -> Events {
        Events::INIT | Events::DESTROY
    }
}

impl LeakHook {
    fn alive(&self) -> MutexGuard<'_, Alive> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn older_than(&self, limit: Duration) -> Vec<(Resource, Duration)> {
        let alive = self.alive();
        let aged = alive.values().map(|(resource, born)| (*resource, born.elapsed()));
        aged.filter(|(_, age)| *age >= limit).collect()
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let leaks = LeakHook::default();
    AsyncHook::new(leaks.clone()).enable();

    let (reply, request) = oneshot::channel();
    let served = spawn(request);
    let (_kept_but_never_used, answer) = oneshot::channel::<()>();
    let leaked_at = line!() + 1;
    spawn(answer);

    sleep(Duration::from_millis(50)).await;
    reply.send("done")?;
    assert_eq!(served.await??, "done");

    let found = leaks.older_than(Duration::from_millis(40));
    for (leaked, age) in &found {
        println!("{} {}, alive for {age:.0?}, spawned at {}", leaked.kind(), leaked.async_id(), leaked.location());
    }
    let [(leaked, _)] = found[..] else { return Err("expected one leak".into()) };
    assert_eq!((leaked.kind(), leaked.location().line()), ("tokio::task", leaked_at));
    Ok(())
}
