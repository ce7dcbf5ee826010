//! An error at every point of two nested scopes, caught outside and half-way.

use async_hooks::AsyncResource;

use crate::log::{Log, calls, ids};
use crate::normalise::Order;
use crate::throw::{catch, throw};

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[("outer", "outer"), ("inner", "inner")], Order::AsItHappens);
    log.hook_of("", calls()).enable();
    let outer = AsyncResource::new("outer");
    let inner = AsyncResource::new("inner");

    for point in [0, 1, 2, 3] {
        let outcome = catch(|| nest(point, &outer, &inner));
        log.say(format!("thrown: {}", outcome.err().unwrap_or("nothing")));
        log.say(ids());
    }

    // Caught half-way: the outer scope goes on as itself.
    outer.run_in_async_scope(|| {
        if let Err(message) = catch(|| inner.run_in_async_scope(|| -> () { throw("caught by outer") })) {
            log.say(format!("{message} {}", ids()));
        }
    });
    Ok(log)
}

/// The points: before the inner scope, in it, after it, nowhere.
fn nest(point: u32, outer: &AsyncResource, inner: &AsyncResource) {
    outer.run_in_async_scope(|| {
        if point == 0 {
            throw("before the inner scope");
        }
        inner.run_in_async_scope(|| {
            if point == 1 {
                throw("in the inner scope");
            }
        });
        if point == 2 {
            throw("after the inner scope");
        }
    });
}
