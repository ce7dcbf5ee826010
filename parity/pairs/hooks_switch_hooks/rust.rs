//! A hook enables and disables others: the set of hooks is fixed during an event.

use std::sync::atomic::{AtomicU32, Ordering};

use async_hooks::{AsyncHook, AsyncResource, Hook, Resource};

use crate::log::{Log, calls};
use crate::normalise::Order;

struct Switch {
    inits: AtomicU32,
    befores: AtomicU32,
    early: AsyncHook,
    late: AsyncHook,
}

impl Hook for Switch {
    fn init(&self, _: &Resource) {
        match self.inits.fetch_add(1, Ordering::Relaxed) + 1 {
            1 => drop(self.late.enable()), // not for this event: its hooks are fixed
            3 => drop(self.early.disable()),
            _ => {}
        }
    }

    fn before(&self, _: &Resource) {
        if self.befores.fetch_add(1, Ordering::Relaxed) + 1 == 2 {
            self.late.disable();
        }
    }
}

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("job", "job")], Order::AsItHappens);
    let (late, early) = (log.hook_of("late: ", calls()), log.hook_of("early: ", calls()));
    early.enable();
    AsyncHook::new(Switch { inits: AtomicU32::new(0), befores: AtomicU32::new(0), early, late }).enable();

    for round in 1..=4 {
        log.say(format!("round {round}"));
        AsyncResource::new("job").run_in_async_scope(|| log.say("inside"));
    }
    Ok(log)
}
