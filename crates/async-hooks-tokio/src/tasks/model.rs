//! Tasks that threads spawn, poll and end at once, in many orders of the threads' steps.
//!
//! No thread of a model belongs to a runtime, so what ends unpolled may have ended early.

use std::panic::Location;
use std::sync::Arc;

use async_hooks_core::AsyncResource;
use async_hooks_core::runtime::SpawnClaim;
use async_hooks_explorer::{Steps, at_once, explore};

use super::*;

/// Tasks whose records are numbers. One shard keeps all of them.
type Explored = Tasks<u64>;

fn task(number: u64) -> u64 {
    2 * number
}

fn tasks() -> Arc<Explored> {
    Arc::new(Tasks::new())
}

fn steps(tasks: &Arc<Explored>, steps: impl FnOnce(&Explored) + Send + 'static) -> Steps {
    let tasks = Arc::clone(tasks);
    Box::new(move || steps(&tasks))
}

/// What a runtime's callback does when it reports a spawn; true if the task is a wrapper's.
fn report(tasks: &Explored, task: u64, spawned_at: &'static Location<'static>) -> bool {
    let is_claimed = runtime::take_claim(task, spawned_at);
    if !is_claimed {
        tasks.insert(task, task);
    }
    is_claimed
}

/// A poll of a task by a worker, which also ends it.
fn poll_and_end(tasks: &Explored, task: u64) {
    tasks.begin_poll(task, |record| assert_eq!(*record, task));
    tasks.terminate(task);
}

/// The records, and the marks of early ends.
fn left(tasks: &Explored) -> (usize, usize) {
    (tasks.records.len(), tasks.records.early_ends())
}

#[track_caller]
fn wrapped() -> (AsyncResource, &'static Location<'static>) {
    (AsyncResource::builder("task").spawned().build(), Location::caller())
}

#[test]
fn tasks_that_end_before_during_and_after_the_report_of_their_spawn_leave_nothing() {
    explore(|| {
        let tasks = tasks();
        let spawner = steps(&tasks, |tasks| {
            tasks.insert(task(1), task(1));
            // Its runtime is gone, so this thread ends what it spawns.
            tasks.terminate(task(2));
            assert!(!tasks.insert(task(2), task(2)));
            tasks.insert(task(3), task(3));
            poll_and_end(tasks, task(3));
        });
        let shutdown = steps(&tasks, |tasks| {
            tasks.terminate(task(4));
            tasks.terminate(task(1));
        });
        let other = steps(&tasks, |tasks| _ = tasks.insert(task(4), task(4)));
        at_once([spawner, shutdown, other]);
        assert_eq!(left(&tasks), (0, 0));
    });
}

#[test]
fn a_task_that_is_polled_while_another_thread_ends_it_leaves_nothing() {
    explore(|| {
        let tasks = tasks();
        assert!(tasks.insert(task(1), task(1)));
        let poll = |tasks: &Explored| {
            let first = tasks.begin_poll(task(1), |record| *record);
            let second = tasks.begin_poll(task(1), |record| *record);
            assert!(first.is_some() || second.is_none(), "a record has come back");
        };
        let end = steps(&tasks, |tasks| tasks.terminate(task(1)));
        let others = steps(&tasks, |tasks| {
            assert!(tasks.insert(task(2), task(2)));
            poll_and_end(tasks, task(2));
        });
        at_once([steps(&tasks, poll), end, others]);
        assert_eq!(left(&tasks), (0, 0));
    });
}

#[test]
fn a_claim_is_for_the_spawn_of_its_own_thread_though_another_spawns_at_the_same_line() {
    explore(|| {
        let tasks = tasks();
        let (resource, line) = wrapped();
        let claimed = resource.resource();
        let wrapper = steps(&tasks, move |tasks| {
            let claim = SpawnClaim::begin();
            claim.hold_for(claimed, "task");
            assert!(report(tasks, task(2), line), "the wrapper's task");
            assert!(!report(tasks, task(3), line), "a later one");
            drop(claim);
            // The worker that has polled a wrapped task ends it.
            poll_and_end(tasks, task(2));
        });
        let plain = steps(&tasks, move |tasks| {
            assert!(!report(tasks, task(1), line), "a task of nobody's claim");
            poll_and_end(tasks, task(1));
        });
        let shutdown = steps(&tasks, |tasks| tasks.terminate(task(3)));
        at_once([wrapper, plain, shutdown]);
        assert_eq!(left(&tasks), (0, 0));
    });
}
