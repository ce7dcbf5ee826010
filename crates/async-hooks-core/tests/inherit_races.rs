//! Threads that set, disable, drop and fork one local at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use async_hooks_core::{AsyncLocal, AsyncResource, Inherit, Snapshot};

fn spawned() -> AsyncResource {
    AsyncResource::builder("task").spawned().build()
}

/// The value that a task spawned here sees.
fn inherited(local: &AsyncLocal<u32>) -> Option<u32> {
    // Read once: another thread may disable the local between two reads.
    spawned().run_in_async_scope(|| local.with(|value| value.copied()))
}

fn behind_a_barrier() -> AsyncLocal<u32> {
    AsyncLocal::new().inherit(Inherit::Barrier)
}

fn counting_up() -> AsyncLocal<u32> {
    AsyncLocal::new().inherit(Inherit::Fork(|number| number + 1))
}

/// Runs `f` on several threads that start together, and tells each its index.
fn at_once(threads: usize, f: impl Fn(usize) + Sync) {
    let (start, f) = (Barrier::new(threads), &f);
    thread::scope(|scope| {
        for index in 0..threads {
            let start = &start;
            scope.spawn(move || {
                start.wait();
                f(index);
            });
        }
    });
}

#[test]
fn threads_that_set_a_local_first_at_the_same_time_agree_on_its_policy() {
    for _ in 0..200 {
        let (transaction, depth) = (behind_a_barrier(), counting_up());
        at_once(2, |_| {
            let both = || depth.run(1, || (inherited(&transaction), inherited(&depth)));
            assert_eq!(transaction.run(1, both), (None, Some(2)));
        });
    }
}

#[test]
fn threads_that_disable_a_local_at_once_leave_it_forked() {
    let (transaction, depth) = (behind_a_barrier(), counting_up());
    for _ in 0..300 {
        let both = || depth.run(1, || (inherited(&transaction), inherited(&depth)));
        assert_eq!(transaction.run(1, both), (None, Some(2)));
        at_once(3, |_| {
            for _ in 0..20 {
                transaction.disable();
                depth.disable();
            }
        });
    }
}

#[test]
fn no_older_value_is_forked_after_any_of_the_threads_that_disable_a_local_at_once() {
    static FORKS_OF_OLD: AtomicUsize = AtomicUsize::new(0);
    const OLD: u32 = 0;
    let depth = AsyncLocal::new().inherit(Inherit::Fork(|number: &u32| {
        FORKS_OF_OLD.fetch_add(usize::from(*number == OLD), Ordering::Relaxed);
        number + 1
    }));
    for _ in 0..300 {
        let before = depth.run(OLD, Snapshot::current);
        at_once(3, |_| {
            depth.disable();
            before.run(|| drop(spawned()));
        });
        assert_eq!(FORKS_OF_OLD.load(Ordering::Relaxed), 0);
        assert_eq!(depth.run(1, || inherited(&depth)), Some(2));
    }
}

#[test]
fn a_local_disabled_while_others_set_it_first_is_forked_or_unset() {
    for _ in 0..200 {
        let depth = counting_up();
        at_once(4, |index| match index % 2 {
            0 => depth.disable(),
            _ => {
                let seen = depth.run(1, || inherited(&depth));
                assert!(matches!(seen, None | Some(2)), "{seen:?}");
            }
        });
        assert_eq!(depth.run(1, || inherited(&depth)), Some(2));
    }
}

#[test]
fn a_local_disabled_on_one_thread_is_forked_or_unset_on_another() {
    let depth = counting_up();
    thread::scope(|scope| {
        let spawning = scope.spawn(|| {
            for _ in 0..20_000 {
                let seen = depth.run(1, || inherited(&depth));
                assert!(matches!(seen, None | Some(2)), "{seen:?}");
            }
        });
        while !spawning.is_finished() {
            depth.disable();
        }
    });
    assert_eq!(depth.run(1, || inherited(&depth)), Some(2));
}

#[test]
fn a_value_that_is_forked_while_another_thread_disables_its_local_stays_unset_in_the_child() {
    static DURING_FORK: Barrier = Barrier::new(2);
    let depth = AsyncLocal::new().inherit(Inherit::Fork(|number: &u32| {
        DURING_FORK.wait();
        DURING_FORK.wait();
        number + 1
    }));
    thread::scope(|scope| {
        scope.spawn(|| {
            DURING_FORK.wait();
            depth.disable();
            DURING_FORK.wait();
        });
        assert_eq!(depth.run(1, || inherited(&depth)), None);
    });
}

#[test]
fn a_local_may_be_dropped_while_another_thread_forks_it() {
    static DURING_FORK: Barrier = Barrier::new(2);
    let depth = AsyncLocal::new().inherit(Inherit::Fork(|number: &u32| {
        DURING_FORK.wait();
        DURING_FORK.wait();
        number + 1
    }));
    let held = Arc::new(1_u32);
    let snapshot = depth.run(Arc::clone(&held), Snapshot::current);
    let task = thread::scope(|scope| {
        scope.spawn(move || {
            DURING_FORK.wait();
            drop(depth);
            DURING_FORK.wait();
        });
        snapshot.run(spawned)
    });
    drop((task, snapshot));
    assert_eq!(Arc::strong_count(&held), 1);
}
