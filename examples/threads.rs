//! Plain threads that know on whose behalf they run.
//!
//! `async_hooks::thread` is std's `thread`, and each thread is a resource with its spawner's values: scoped threads
//! that borrow, named ones, and threads that threads spawn.
//!
//! ```text
//! request 7  request  starts
//! request 7  thread   adds up [3, 4]
//! request 7  thread   adds up [5]
//! request 7  thread   adds up [1, 2]
//! …
//! ```
//!
//! Node: a worker thread shares no stores with its parent; here it does.

use async_hooks::prelude::*;
use async_hooks::thread;

static REQUEST: AsyncLocal<u32> = AsyncLocal::new().named("request");

fn log(text: &str) {
    let request = REQUEST.with(|request| request.map_or_else(|| "-".to_owned(), u32::to_string));
    println!("request {request:<2} {:<8} {text}", execution_async_resource().kind());
}

/// Adds up the parts of a slice, each on a thread of its own.
fn sum(numbers: &[u64]) -> u64 {
    thread::scope(|scope| {
        let add = |part: &[u64]| {
            log(&format!("adds up {part:?}"));
            assert_eq!(execution_async_resource().kind(), "thread");
            part.iter().sum::<u64>()
        };
        let parts: Vec<_> = numbers.chunks(2).map(|part| scope.spawn(move || add(part))).collect();
        parts.into_iter().filter_map(|part| part.join().ok()).sum()
    })
}

fn main() -> std::io::Result<()> {
    let request = AsyncResource::new("request");
    let total = request.run_in_async_scope(|| {
        REQUEST.run(7_u32, || {
            log("starts");
            sum(&[1, 2, 3, 4, 5])
        })
    });
    assert_eq!(total, 15);

    let named = thread::Builder::new().name("writer".to_owned());
    let seen = REQUEST.run(8_u32, || named.spawn(|| (REQUEST.get(), trigger_async_id())))?;
    let Ok((request, trigger)) = seen.join() else { return Err(std::io::Error::other("the writer panicked")) };
    assert_eq!((request.as_deref(), trigger), (Some(&8), Some(AsyncId::ROOT)));
    log("is over");
    Ok(())
}
