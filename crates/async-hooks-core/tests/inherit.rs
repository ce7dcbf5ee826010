//! What a spawn inherits of a local, and what does not count as a spawn.

mod child;
mod polling;

use std::fmt::Debug;
use std::panic::{self, AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use allocation_counter::measure;
use async_hooks_core::{
    AsyncLocal, AsyncResource, FutureExt as _, Inherit, Snapshot, bind, create_hook, execution_async_id,
};

use child::{in_child, say};
use polling::{OnDrop, alone, complete, pause};

fn spawned() -> AsyncResource {
    AsyncResource::builder("task").spawned().build()
}

fn value<T: Copy + PartialEq + Debug + Send + Sync + 'static>(local: &AsyncLocal<T>) -> Option<T> {
    assert_eq!(local.get().as_deref().copied(), local.with(|value| value.copied()));
    local.with(|value| value.copied())
}

/// The value that a task spawned here sees.
fn inherited<T: Copy + PartialEq + Debug + Send + Sync + 'static>(local: &AsyncLocal<T>) -> Option<T> {
    spawned().run_in_async_scope(|| value(local))
}

fn behind_a_barrier() -> AsyncLocal<u32> {
    AsyncLocal::new().inherit(Inherit::Barrier)
}

fn counting_up() -> AsyncLocal<u32> {
    AsyncLocal::new().inherit(Inherit::Fork(|number| number + 1))
}

#[test]
fn always_is_the_default() {
    let (user, chosen) = (AsyncLocal::new(), AsyncLocal::new().inherit(Inherit::Always));
    user.run(1, || chosen.run(2, || assert_eq!((inherited(&user), inherited(&chosen)), (Some(1), Some(2)))));
    assert_eq!(format!("{:?}", Inherit::<u32>::default()), "Always");
}

#[test]
fn a_barrier_stops_a_value_at_a_spawn_and_its_spawner_keeps_it() {
    let transaction = behind_a_barrier();
    transaction.run(1, || {
        assert_eq!(inherited(&transaction), None);
        assert_eq!(value(&transaction), Some(1));
        assert_eq!(transaction.run(2, || inherited(&transaction)), None);
    });
}

#[test]
fn policies_apply_only_where_a_task_is_spawned() {
    let (transaction, depth) = (behind_a_barrier(), counting_up());
    let seen = || (value(&transaction), value(&depth));
    transaction.run(1, || {
        depth.run(2, || {
            let same = (Some(1), Some(2));
            assert_eq!(AsyncResource::new("step").run_in_async_scope(seen), same);
            assert_eq!(AsyncResource::builder("step").build().run_in_async_scope(seen), same);
            assert_eq!(complete(async { seen() }.in_async_resource("step")), same);
            assert_eq!(complete(async { seen() }.in_current_snapshot()), same);
            assert_eq!(bind(|()| seen())(()), same);
            assert_eq!(Snapshot::current().run(seen), same);
        });
    });
}

#[test]
fn behind_a_barrier_a_local_is_as_if_never_set() {
    let tenant = AsyncLocal::with_default(|| "default").inherit(Inherit::Barrier);
    assert_eq!(tenant.run("tenant", || inherited(&tenant)), Some("default"));
    assert_eq!(tenant.exit(|| inherited(&tenant)), Some("default"));
    assert_eq!(inherited(&tenant), Some("default"));
}

#[test]
fn each_child_gets_the_result_of_the_fork_of_its_own_spawner() {
    let depth = counting_up();
    depth.run(0, || {
        let (child, sibling) = (spawned(), spawned());
        let grandchild = child.run_in_async_scope(spawned);
        let seen = [&child, &sibling, &grandchild].map(|task| task.run_in_async_scope(|| value(&depth)));
        assert_eq!(seen, [Some(1), Some(1), Some(2)]);
        assert_eq!(value(&depth), Some(0));
    });
}

#[test]
fn a_fork_runs_once_for_each_spawn_in_the_spawners_scope_before_the_child_exists() {
    static SEEN: AsyncLocal<Vec<u64>> = AsyncLocal::new().inherit(Inherit::Fork(|seen| {
        assert!(SEEN.get().is_some(), "the context is the spawner's");
        [&seen[..], &[execution_async_id().as_u64()]].concat()
    }));
    let spawner = AsyncResource::new("spawner");
    let inits = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&inits);
    let hook = create_hook().init(move |resource| {
        if resource.kind() == "forked" {
            counting.fetch_add(1, Ordering::Relaxed);
        }
    });
    let _enabled = hook.build().enable_scoped();
    let task = SEEN.run(Vec::new(), || {
        Snapshot::current().run(|| {
            let spawning = || AsyncResource::builder("forked").spawned().build();
            let here = SEEN.get().unwrap();
            spawner.run_in_async_scope(|| SEEN.run(here, spawning))
        })
    });
    for _ in 0..3 {
        let seen = task.run_in_async_scope(|| SEEN.get().unwrap());
        assert_eq!(*seen, [spawner.async_id().as_u64()]);
    }
    assert_eq!(inits.load(Ordering::Relaxed), 1);
}

#[test]
fn a_fork_of_nothing_is_nothing() {
    let depth = AsyncLocal::with_default(|| 10).inherit(Inherit::Fork(|number| number + 1));
    assert_eq!(inherited(&depth), Some(10), "a default is not forked");
    assert_eq!(depth.exit(|| inherited(&depth)), None, "an exited local stays exited");
    assert_eq!(depth.run(1, || inherited(&depth)), Some(2));
}

#[test]
fn policies_apply_however_the_value_was_set() {
    alone(|| {
        let (transaction, depth) = (behind_a_barrier(), counting_up());
        let both = || (inherited(&transaction), inherited(&depth));
        complete(transaction.scope(
            1,
            depth.scope(1, async {
                pause().await;
                assert_eq!(both(), (None, Some(2)));
            }),
        ));
        {
            let _guards = (transaction.enter(1), depth.enter(1), depth.enter(2));
            assert_eq!(both(), (None, Some(3)));
            depth.enter_with(3);
            assert_eq!(both(), (None, Some(4)));
        }
        assert_eq!(both(), (None, None));
        transaction.enter_with(1);
        depth.enter_with(1);
        assert_eq!(both(), (None, Some(2)));
    });
}

#[test]
fn a_guard_dropped_in_a_child_ends_for_its_own_context_alone() {
    let depth = counting_up();
    let guard = depth.enter(1);
    let seen = spawned().run_in_async_scope(|| {
        drop(guard);
        value(&depth)
    });
    assert_eq!(seen, Some(2));
    assert_eq!(value(&depth), None);
}

#[test]
fn a_policy_leaves_alone_what_a_task_sets_itself() {
    let transaction = behind_a_barrier();
    let task = spawned().scope(transaction.scope(1, async {
        pause().await;
        value(&transaction)
    }));
    assert_eq!(complete(task), Some(1));
    let entering = spawned().scope(async {
        transaction.enter_with(2);
        pause().await;
        (value(&transaction), inherited(&transaction))
    });
    assert_eq!(complete(entering), (Some(2), None));
}

#[test]
fn locals_without_a_policy_are_inherited_beside_those_with_one() {
    let locals: Vec<AsyncLocal<usize>> = (0..100)
        .map(|index| match index % 3 {
            0 => AsyncLocal::new(),
            1 => AsyncLocal::new().inherit(Inherit::Barrier),
            _ => AsyncLocal::new().inherit(Inherit::Fork(|number| number + 1000)),
        })
        .collect();
    alone(|| {
        locals.iter().enumerate().for_each(|(index, local)| local.enter_with(index));
        let task = spawned();
        for (index, local) in locals.iter().enumerate() {
            let expected = [Some(index), None, Some(index + 1000)][index % 3];
            assert_eq!(task.run_in_async_scope(|| value(local)), expected);
            assert_eq!(value(local), Some(index));
        }
    });
}

#[test]
fn a_disabled_local_is_forked_again_only_when_it_is_set_again() {
    static FORKS: AtomicUsize = AtomicUsize::new(0);
    let depth = AsyncLocal::new().inherit(Inherit::Fork(|number: &u32| {
        FORKS.fetch_add(1, Ordering::Relaxed);
        number + 1
    }));
    let before = depth.run(1, Snapshot::current);
    for round in 1..=3 {
        depth.disable();
        assert_eq!(before.run(|| inherited(&depth)), None);
        assert_eq!(FORKS.load(Ordering::Relaxed), round - 1);
        assert_eq!(depth.run(1, || inherited(&depth)), Some(2));
        assert_eq!(FORKS.load(Ordering::Relaxed), round);
    }
}

#[test]
fn a_dropped_local_is_not_forked_and_its_value_is_not_inherited() {
    static FORKS: AtomicUsize = AtomicUsize::new(0);
    let held = Arc::new(1_u32);
    let depth = AsyncLocal::new().inherit(Inherit::Fork(|number: &u32| {
        FORKS.fetch_add(1, Ordering::Relaxed);
        number + 1
    }));
    let (other, snapshot) = (counting_up(), depth.run(Arc::clone(&held), Snapshot::current));
    drop(depth);
    // While another local with a policy is set, spawns apply policies.
    let task = other.run(1, || snapshot.run(spawned));
    assert_eq!(FORKS.load(Ordering::Relaxed), 0);
    drop(snapshot);
    assert_eq!(Arc::strong_count(&held), 1);
    drop(task);
}

#[test]
fn a_fork_may_change_its_spawners_context() {
    static DEPTH: AsyncLocal<u32> = AsyncLocal::new().inherit(Inherit::Fork(|number| {
        DEPTH.enter_with(number + 10);
        number + 1
    }));
    alone(|| {
        DEPTH.enter_with(1);
        assert_eq!((inherited(&DEPTH), value(&DEPTH)), (Some(2), Some(11)));
        assert_eq!((inherited(&DEPTH), value(&DEPTH)), (Some(12), Some(21)));
    });
}

#[test]
fn a_fork_may_disable_its_local_while_it_is_forked() {
    static DEPTH: AsyncLocal<u32> = AsyncLocal::new().inherit(Inherit::Fork(|number| {
        DEPTH.disable();
        number + 1
    }));
    assert_eq!(DEPTH.run(1, || inherited(&DEPTH)), None);
    assert_eq!(DEPTH.run(1, || inherited(&DEPTH)), None);
}

#[test]
fn a_fork_that_spawns_does_not_call_itself() {
    static DEPTH: AsyncLocal<u32> = AsyncLocal::new().inherit(Inherit::Fork(|number| {
        assert_eq!(inherited(&DEPTH), None, "what a fork spawns starts without");
        number + 1
    }));
    let other = AsyncLocal::new();
    other.run(7, || {
        DEPTH.run(1, || {
            assert_eq!((inherited(&DEPTH), inherited(&other)), (Some(2), Some(7)));
            assert_eq!(inherited(&DEPTH), Some(2), "and forks go on");
        });
    });
}

#[test]
fn a_fork_that_panics_costs_the_child_its_value_and_is_reported_once() {
    let child = in_child("a_fork_that_panics_costs_the_child_its_value_and_is_reported_once", || {
        panic::set_hook(Box::new(|_| {}));
        let bomb = || -> u32 { panic_any(OnDrop(|| panic_any("drop of a payload"))) };
        static BOMB: AsyncLocal<u32> =
            AsyncLocal::new().named("bomb").inherit(Inherit::Fork(|_| panic_any("on purpose")));
        static OTHER_BOMB: AsyncLocal<fn() -> u32> =
            AsyncLocal::new().named("other bomb").inherit(Inherit::Fork(|bomb| {
                bomb();
                *bomb
            }));
        let (user, depth) = (AsyncLocal::new(), counting_up());
        let spawning = || {
            for _ in 0..3 {
                let task = spawned();
                let seen = task.run_in_async_scope(|| (BOMB.get(), OTHER_BOMB.get(), value(&user), value(&depth)));
                assert_eq!((seen.0, seen.1.is_none(), seen.2, seen.3), (None, true, Some("alice"), Some(2)));
            }
        };
        user.run("alice", || BOMB.run(1, || OTHER_BOMB.run(bomb as fn() -> u32, || depth.run(1, spawning))));
        say("went on");
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!(child.said(), ["went on"]);
    let reports = child.reports();
    assert_eq!(reports.len(), 2, "{reports:?}");
    assert!(reports.iter().any(|report| report.contains("\"bomb\"") && report.contains("on purpose")), "{reports:?}");
    assert_eq!(child.stderr.lines().count(), 2, "nothing else is printed: {}", child.stderr);
}

#[test]
fn a_fork_that_panics_while_the_program_unwinds_does_not_end_it() {
    let child = in_child("a_fork_that_panics_while_the_program_unwinds_does_not_end_it", || {
        panic::set_hook(Box::new(|_| {}));
        static BOMB: AsyncLocal<u32> = AsyncLocal::new().inherit(Inherit::Fork(|_| panic_any("fork")));
        let unwinding = || {
            let _at_unwinding = OnDrop(|| drop(spawned()));
            panic_any("program");
        };
        let outcome = BOMB.run(1, || catch_unwind(AssertUnwindSafe(unwinding)));
        assert_eq!(outcome.unwrap_err().downcast_ref(), Some(&"program"));
        say("went on");
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!((child.said(), child.reports().len()), (vec!["went on"], 1), "{child:?}");
}

#[test]
fn a_spawn_in_a_thread_local_destructor_still_forks() {
    struct AtEnd(AsyncLocal<u32>, AsyncResource, mpsc::Sender<Option<u32>>);
    impl Drop for AtEnd {
        fn drop(&mut self) {
            let _ = self.2.send(self.1.run_in_async_scope(|| inherited(&self.0)));
        }
    }
    thread_local!(static AT_END: std::cell::OnceCell<AtEnd> = const { std::cell::OnceCell::new() });
    let (sender, seen) = mpsc::channel();
    let ended = thread::spawn(move || {
        let depth = counting_up();
        let resource = depth.run(1, || AsyncResource::new("job"));
        AT_END.with(|at_end| drop(at_end.set(AtEnd(depth, resource, sender))));
    });
    ended.join().unwrap();
    assert_eq!(seen.recv(), Ok(Some(2)));
}

#[test]
fn a_local_may_be_made_in_a_const() {
    #[allow(clippy::declare_interior_mutable_const, reason = "the test is about a local in a const")]
    const MADE: AsyncLocal<u32> = AsyncLocal::with_default(|| 1).named("made").inherit(Inherit::Barrier);
    let made = MADE;
    assert_eq!((made.run(2, || inherited(&made)), made.name()), (Some(1), "made"));
}

#[test]
fn a_spawn_whose_context_has_no_policy_allocates_nothing() {
    alone(|| {
        let (user, transaction) = (AsyncLocal::new(), behind_a_barrier());
        transaction.run(1, || {});
        user.run(1, || {
            drop(spawned());
            assert_eq!(measure(|| (0..100).for_each(|_| drop(spawned()))).count_total, 0);
        });
    });
}
