//! Very many nested guards of one local.
//!
//! Memory grows with their number, and any order of dropping them fits a small stack.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod polling;

use std::pin::pin;
use std::thread;

use allocation_counter::measure;
use async_hooks_core::{AsyncLocal, AsyncLocalGuard, AsyncResource, Snapshot};

use polling::{alone, pause, poll};

static USER: AsyncLocal<usize> = AsyncLocal::new();
static TENANT: AsyncLocal<usize> = AsyncLocal::new();

const GUARDS: usize = 20_000;

fn user() -> Option<usize> {
    USER.with(|user| user.copied())
}

fn guards(count: usize) -> Vec<AsyncLocalGuard<'static, usize>> {
    (0..count).map(|value| USER.enter(value)).collect()
}

/// Where one frame for each guard would overflow.
fn on_a_small_stack(f: impl FnOnce() + Send + 'static) {
    const STACK: usize = 256 * 1024;
    thread::Builder::new().stack_size(STACK).spawn(f).unwrap().join().unwrap();
}

/// Bytes for each of `count` live guards. `hold` keeps what it likes of each moment.
fn bytes_each<T>(count: usize, hold: impl Fn() -> T) -> f64 {
    let (mut held, mut guards, before) = (Vec::with_capacity(count), Vec::with_capacity(count), user());
    let counted = measure(|| {
        for value in 0..count {
            guards.push(USER.enter(value));
            held.push(hold());
        }
    });
    while guards.pop().is_some() {}
    assert_eq!(user(), before);
    counted.bytes_max as f64 / count as f64
}

#[test]
fn each_guard_costs_as_much_however_many_are_live() {
    let costs_the_same = |cost: &dyn Fn(usize) -> f64| {
        let (few, many) = (cost(100), cost(GUARDS));
        assert!(many <= 1.1 * few && many <= 256.0, "{few} bytes each of a hundred, {many} of twenty thousand");
    };
    alone(|| costs_the_same(&|count| bytes_each(count, || ())));
    alone(|| {
        let _captured = Snapshot::current();
        costs_the_same(&|count| bytes_each(count, || ()));
    });
    alone(|| costs_the_same(&|count| bytes_each(count, Snapshot::current)));
    alone(|| USER.run(0, || costs_the_same(&|count| bytes_each(count, || ()))));
}

#[test]
fn guards_that_have_ended_leave_no_memory_behind() {
    alone(|| {
        drop(USER.enter(0));
        let in_order = |mut guards: Vec<AsyncLocalGuard<'_, usize>>| while guards.pop().is_some() {};
        let outermost_first = |guards: Vec<AsyncLocalGuard<'_, usize>>| drop(guards);
        for end in [in_order, outermost_first] {
            assert_eq!(measure(|| end(guards(GUARDS))).bytes_current, 0);
        }
    });
}

/// Runs the check on a small stack, with and without a copy of the context.
///
/// Also with a copy that lives longer.
fn for_each_kind_of_copy(check: fn(Vec<AsyncLocalGuard<'static, usize>>)) {
    on_a_small_stack(move || {
        check(guards(GUARDS));
        assert_eq!(user(), None);
    });
    on_a_small_stack(move || {
        let guards = guards(GUARDS);
        let copy = Snapshot::current();
        check(guards);
        assert_eq!(user(), None);
        assert_eq!(copy.run(user), Some(GUARDS - 1));
        drop(copy);
    });
    on_a_small_stack(move || {
        let guards = guards(GUARDS);
        let copies = (Snapshot::current(), AsyncResource::new("job"));
        check(guards);
        // The last owner of all guards is another thread.
        on_a_small_stack(move || drop(copies));
    });
}

#[test]
fn many_guards_are_dropped_in_order_on_a_small_stack() {
    for_each_kind_of_copy(|mut guards| {
        while let Some(guard) = guards.pop() {
            assert_eq!(user(), Some(guards.len()));
            drop(guard);
        }
    });
}

#[test]
fn many_guards_are_dropped_outermost_first_on_a_small_stack() {
    for_each_kind_of_copy(|guards| {
        for guard in guards {
            drop(guard);
            assert_eq!(user(), None);
        }
    });
}

#[test]
fn many_guards_are_dropped_from_the_middle_on_a_small_stack() {
    for_each_kind_of_copy(|mut guards| {
        drop(guards.remove(GUARDS / 2));
        assert_eq!(user(), Some(GUARDS / 2 - 1));
        let later = guards.split_off(GUARDS / 2);
        drop(later);
        assert_eq!(user(), Some(GUARDS / 2 - 1));
        while guards.pop().is_some() {}
    });
}

#[test]
fn many_leaked_guards_end_with_their_scope_on_a_small_stack() {
    on_a_small_stack(|| {
        AsyncResource::new("job").run_in_async_scope(|| {
            guards(GUARDS).into_iter().for_each(std::mem::forget);
            assert_eq!(user(), Some(GUARDS - 1));
        });
        assert_eq!(user(), None);
    });
}

#[test]
fn many_leaked_guards_end_with_their_thread_on_a_small_stack() {
    on_a_small_stack(|| guards(GUARDS).into_iter().for_each(std::mem::forget));
}

#[test]
fn many_guards_in_a_scoped_future_follow_its_surroundings_on_a_small_stack() {
    on_a_small_stack(|| {
        let mut scoped = pin!(TENANT.scope(1, async {
            let mut guards = guards(GUARDS);
            pause().await;
            assert_eq!(user(), Some(GUARDS - 1));
            while guards.pop().is_some() {}
            assert_eq!(user(), None);
        }));
        assert!(poll(scoped.as_mut()).is_pending());
        // Another context surrounds the next poll, so what the future has set is set again on top of that.
        TENANT.enter_with(2);
        assert!(poll(scoped).is_ready());
        assert_eq!((user(), TENANT.get().as_deref()), (None, Some(&2)));
    });
}

#[test]
fn values_entered_over_many_guards_end_with_them_on_a_small_stack() {
    on_a_small_stack(|| {
        let mut guards = Vec::with_capacity(GUARDS);
        for value in 0..GUARDS {
            guards.push(USER.enter(value));
            USER.enter_with(value + GUARDS);
        }
        let copy = Snapshot::current();
        drop(guards);
        assert_eq!((user(), copy.run(user)), (None, Some(2 * GUARDS - 1)));
    });
}
