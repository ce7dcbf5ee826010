//! The executing resource is the one that `init` received, in hooks and between them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_hooks::{Resource, prelude::*};

use crate::log::Log;
use crate::normalise::Order;

#[derive(Clone)]
struct Check {
    log: Log,
    known: Arc<Mutex<HashMap<AsyncId, Resource>>>,
}

impl Check {
    fn note(&self, resource: &Resource) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(resource.async_id(), *resource);
    }

    fn check(&self, event: &str, id: AsyncId) {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&id).copied();
        if let Some(resource) = known {
            let is_current = execution_async_resource() == resource;
            self.log.say(format!("{event} {} is current={is_current}", resource.kind()));
        }
    }
}

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("outer", "outer"), ("inner", "inner")], Order::AsItHappens);
    let check = Check { log: log.clone(), known: Arc::default() };
    let (init, before, after) = (check.clone(), check.clone(), check.clone());
    create_hook()
        .init(move |resource| init.note(resource))
        .before(move |resource| before.check("before", resource.async_id()))
        .after(move |resource| after.check("after", resource.async_id()))
        .build()
        .enable();

    let outer = AsyncResource::new("outer");
    let inner = AsyncResource::new("inner");
    outer.run_in_async_scope(|| {
        check.check("inside", outer.async_id());
        inner.run_in_async_scope(|| check.check("inside", inner.async_id()));
        check.check("inside", outer.async_id());
    });
    log.say(format!("at top level outer is current={}", execution_async_resource() == outer.resource()));
    Ok(log)
}
