//! Plain and bound listeners of two emitters, one of them a resource: for whom they run.

use async_hooks::{bind, prelude::*};

use crate::log::{Log, calls, ids, shown};
use crate::normalise::Order;

static USER: AsyncLocal<&str> = AsyncLocal::new();

/// `EventEmitter` without a resource, `EventEmitterAsyncResource` with one.
#[derive(Default)]
struct Emitter<'a> {
    resource: Option<AsyncResource>,
    listeners: Vec<Box<dyn Fn(()) + 'a>>,
}

impl<'a> Emitter<'a> {
    fn on(&mut self, listener: impl Fn(()) + 'a) {
        self.listeners.push(Box::new(listener));
    }

    fn emit(&self) {
        let listeners = || self.listeners.iter().for_each(|listener| listener(()));
        match &self.resource {
            Some(resource) => resource.run_in_async_scope(listeners),
            None => listeners(),
        }
    }
}

pub(crate) async fn run() -> anyhow::Result<Log> {
    let kinds = &[("emitter", "emitter"), ("bound-fn", "listener"), ("caller", "caller")];
    let log = Log::start(kinds, Order::AsItHappens);
    log.hook_of("", calls()).enable();
    let heard = |listener| log.say(format!("{listener} user={} {}", shown(&USER), ids()));

    let mut plain = Emitter::default();
    USER.run("alice", || {
        plain.on(|()| heard("plain listener"));
        plain.on(bind(|()| heard("bound listener")));
    });
    let resource = USER.run("bob", || AsyncResource::new("emitter"));
    let mut tracked = Emitter { resource: Some(resource), ..Emitter::default() };
    tracked.on(|()| heard("listener of a tracked emitter"));

    let caller = AsyncResource::new("caller");
    caller.run_in_async_scope(|| {
        USER.run("carol", || {
            plain.emit();
            tracked.emit();
        });
    });
    drop((plain, tracked));
    Ok(log)
}
