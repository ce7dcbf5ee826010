//! Runtimes that are started and stopped.
//!
//! Their tasks are awaited, aborted or left to the end of the runtime.

use std::time::Duration;

use async_hooks::tokio::HandleExt as _;
use async_hooks::{FutureExt as _, detached};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinHandle, yield_now};

use crate::built;
use crate::random::Random;
use crate::tasks::{Task, work};
use crate::values::{OWNER, check_idle};

/// A runtime of its own for a few tasks, some of which nobody may track.
pub(crate) fn with_tasks(random: &mut Random) {
    run_tasks(random, 4);
}

/// The same where no value flows.
///
/// Inside of such a call, untracked tasks would share what they enter.
pub(crate) fn detached_tasks(random: &mut Random) {
    detached(|| run_tasks(random, 3));
}

fn run_tasks(random: &mut Random, kinds: u64) {
    let runtime = build(random);
    let tasks: Vec<_> = (0..=random.below(6)).map(|_| spawn(&runtime, random, kinds)).collect();
    let mut of_main = random.fork();
    runtime.block_on(async {
        for task in tasks {
            end(task, &mut of_main).await;
        }
    });
    stop(runtime, random);
}

/// One task after the other, each aborted one step later than the one before.
pub(crate) fn abort_at_every_await(random: &mut Random) {
    let runtime = build(random);
    let steps = random.fork();
    runtime.block_on(async {
        for after in 0..12 {
            let owner = Task::new_owner();
            let task = Task::of(owner, &mut steps.clone());
            let task = OWNER.run(owner, || async_hooks::tokio::spawn(work(task)));
            for _ in 0..after {
                yield_now().await;
            }
            task.abort();
            drop(task.await);
        }
    });
    stop(runtime, random);
}

fn spawn(runtime: &Runtime, random: &mut Random, kinds: u64) -> JoinHandle<()> {
    let owner = Task::new_owner();
    let task = Task::of(owner, random);
    match random.below(kinds) {
        0 => OWNER.run(owner, || runtime.spawn_tracked(work(task))),
        1 => runtime.spawn(OWNER.run(owner, || work(task).in_async_resource("plain"))),
        2 => runtime.spawn_tracked(OWNER.scope(owner, work(task))),
        _ => runtime.spawn(OWNER.scope(owner, work(task))),
    }
}

async fn end(task: JoinHandle<()>, random: &mut Random) {
    match random.below(4) {
        0 => drop(task),
        1 => {
            for _ in 0..random.below(8) {
                yield_now().await;
            }
            task.abort();
            drop(task.await);
        }
        // Tasks may panic.
        _ => drop(task.await),
    }
}

fn stop(runtime: Runtime, random: &mut Random) {
    match random.below(4) {
        0 => runtime.shutdown_background(),
        1 => runtime.shutdown_timeout(Duration::from_millis(random.below(3))),
        _ => drop(runtime),
    }
}

/// One thread or two workers; where that can be, a runtime that tracks all tasks.
pub(crate) fn build(random: &mut Random) -> Runtime {
    let mut builder = match random.below(2) {
        0 => Builder::new_current_thread(),
        _ => workers(),
    };
    builder.enable_time();
    match random.below(2) {
        0 => builder.build().unwrap(),
        _ => built::build(&mut builder).unwrap(),
    }
}

fn workers() -> Builder {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(2);
    builder.on_thread_park(|| check_idle("a parked worker")).on_thread_stop(|| check_idle("a worker that stops"));
    builder
}

/// For tests that look at the runtime themselves.
pub(crate) fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_time().build().unwrap()
}
