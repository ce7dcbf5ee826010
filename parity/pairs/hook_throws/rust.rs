//! A hook throws in each of its callbacks: what happens to the program and to other hooks.

use std::sync::{Arc, Mutex, PoisonError};

use async_hooks::{AsyncHook, AsyncResource, create_hook};

use crate::log::Log;
use crate::normalise::Order;
use crate::throw::{catch, throw};

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[], Order::AsItHappens);
    for event in ["init", "before", "after", "destroy"] {
        throwing(event).enable();
        let received = Arc::default();
        let _other = listening(&received).enable_scoped();
        let outcome = catch(|| AsyncResource::new("job").run_in_async_scope(|| ()));
        let received = received.lock().unwrap_or_else(PoisonError::into_inner).contains(&event);
        log.say(format!("{event}: other hook heard of it={received}"));
        log.say(format!("{event}: program goes on={}", outcome.is_ok()));
    }
    Ok(log)
}

fn throwing(event: &str) -> AsyncHook {
    let hook = create_hook();
    let hook = match event {
        "init" => hook.init(|_| throw("a hook throws")),
        "before" => hook.before(|_| throw("a hook throws")),
        "after" => hook.after(|_| throw("a hook throws")),
        _ => hook.destroy(|_| throw("a hook throws")),
    };
    hook.build()
}

fn listening(received: &Arc<Mutex<Vec<&'static str>>>) -> AsyncHook {
    let hears = |event| {
        let received = Arc::clone(received);
        move |_: &_| received.lock().unwrap_or_else(PoisonError::into_inner).push(event)
    };
    let hook = create_hook().init(hears("init")).before(hears("before")).after(hears("after"));
    hook.destroy(hears("destroy")).build()
}
