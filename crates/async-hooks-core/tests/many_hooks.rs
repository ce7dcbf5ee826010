//! A program may enable thousands of hooks.
//!
//! A change of the list costs no copy of it; only the next event does.

mod recorder;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use allocation_counter::measure;
use async_hooks_core::{AsyncHook, AsyncResource, create_hook};

use recorder::Recorder;

const MANY: usize = 3_000;

/// What is counted depends on the hooks of the whole process, so one test at a time.
fn one_at_a_time() -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    LOCK.lock().unwrap_or_else(PoisonError::into_inner)
}

fn hooks(count: usize) -> Vec<AsyncHook> {
    let hook = |_| create_hook().init(|_| {}).before(|_| {}).after(|_| {}).destroy(|_| {}).build();
    (0..count).map(hook).collect()
}

fn enable(hooks: &[AsyncHook]) {
    for hook in hooks {
        hook.enable();
    }
}

fn disable(hooks: &[AsyncHook]) {
    for hook in hooks {
        hook.disable();
    }
}

#[test]
fn enabling_thousands_of_hooks_allocates_in_proportion_to_their_number() {
    let _alone = one_at_a_time();
    let hooks = hooks(MANY);
    let enabling = measure(|| enable(&hooks));
    let disabling = measure(|| disable(&hooks));
    assert!(enabling.count_total < 20, "{enabling:?}");
    assert!(enabling.bytes_total < 200 * MANY as u64, "{enabling:?}");
    assert_eq!(disabling.count_total, 0, "{disabling:?}");
}

#[test]
fn a_change_among_thousands_of_hooks_allocates_nothing_where_there_was_room() {
    let _alone = one_at_a_time();
    let (many, one) = (hooks(MANY), hooks(1));
    enable(&many);
    enable(&one);
    let again = measure(|| {
        disable(&one);
        enable(&one);
    });
    disable(&many);
    disable(&one);
    assert_eq!(again.count_total, 0, "{again:?}");
}

/// The shortest of many changes, so that a busy machine does not count.
fn shortest_change(hook: &AsyncHook) -> Duration {
    let change = || {
        let begin = Instant::now();
        hook.enable();
        hook.disable();
        begin.elapsed()
    };
    (0..50).map(|_| change()).min().unwrap_or_default()
}

#[test]
fn a_change_among_thousands_of_hooks_takes_about_as_long_as_one_among_none() {
    let _alone = one_at_a_time();
    let (many, one) = (hooks(MANY), hooks(1));
    let alone = shortest_change(&one[0]);
    enable(&many);
    let among_many = shortest_change(&one[0]);
    disable(&many);
    assert!(among_many <= 20 * alone, "{alone:?}, then {among_many:?}");
}

#[test]
fn the_first_event_after_a_change_allocates_in_proportion_to_the_hooks_and_the_next_nothing() {
    let _alone = one_at_a_time();
    let hooks = hooks(MANY);
    enable(&hooks);
    let first = measure(|| drop(AsyncResource::new("first")));
    let next = measure(|| drop(AsyncResource::new("next")));
    disable(&hooks);
    assert!(first.count_total <= 6 * MANY as u64 + 20, "{first:?}");
    assert_eq!(next.count_total, 0, "{next:?}");
}

#[test]
fn hooks_disabled_in_any_order_leave_the_others_in_theirs() {
    let _alone = one_at_a_time();
    for step in [1, 7, 1_499, 2_999] {
        let order: &'static Mutex<Vec<usize>> = Box::leak(Box::default());
        let hook = |number| create_hook().init(move |_| order.lock().unwrap().push(number)).build();
        let hooks: Vec<_> = (0..MANY).map(hook).collect();
        enable(&hooks);
        let mut left: Vec<_> = (0..MANY).collect();
        for index in (0..MANY / 2).map(|index| index * step % MANY) {
            hooks[index].disable();
            left.retain(|number| *number != index);
        }
        drop(AsyncResource::new("job"));
        disable(&hooks);
        assert_eq!(*order.lock().unwrap(), left, "step {step}");
    }
}

#[test]
fn an_event_after_thousands_of_hooks_came_and_went_reaches_the_one_that_stayed() {
    let _alone = one_at_a_time();
    let recorder = Recorder::start();
    let hooks = hooks(MANY);
    enable(&hooks);
    disable(&hooks);
    let job = AsyncResource::new("job");
    assert_eq!(recorder.of(job.async_id()), ["init"]);
}
