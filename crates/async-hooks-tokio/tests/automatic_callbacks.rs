//! The program's own callbacks, called from ours.

#![cfg(tokio_unstable)]
#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

mod recorder;
#[path = "automatic/runtimes.rs"]
mod runtimes;

use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_hooks_core::{AsyncId, AsyncLocal, AsyncResource, execution_async_id, trigger_async_id};
use async_hooks_tokio::{BuilderExt as _, RuntimeHooks};
use recorder::Recorder;
use runtimes::current_thread;
use runtimes::steering::yield_times;
use tokio::runtime::{Builder, LocalOptions, Runtime, TaskMeta};
use tokio::task::Id;

static USER: AsyncLocal<&str> = AsyncLocal::new();

/// What a callback found: which it was, of which of tokio's tasks, as whom, with what.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Call {
    name: &'static str,
    task: Id,
    executing: AsyncId,
    trigger: Option<AsyncId>,
    user: Option<&'static str>,
}

type Calls = Arc<Mutex<Vec<Call>>>;

fn noting(calls: &Calls) -> RuntimeHooks {
    let note = |name| {
        let calls = Arc::clone(calls);
        move |task: &TaskMeta<'_>| {
            let (executing, trigger) = (execution_async_id(), trigger_async_id());
            let user = USER.get().map(|user| *user);
            calls.lock().unwrap().push(Call { name, task: task.id(), executing, trigger, user });
        }
    };
    RuntimeHooks::new()
        .on_task_spawn(note("spawn"))
        .on_before_task_poll(note("before"))
        .on_after_task_poll(note("after"))
        .on_task_terminate(note("terminate"))
}

fn calls_of(calls: &Calls, task: Id) -> Vec<Call> {
    calls.lock().unwrap().iter().filter(|call| call.task == task).copied().collect()
}

#[test]
fn each_callback_runs_inside_its_task() {
    let calls = Calls::default();
    let seen = async || {
        let spawner = AsyncResource::new("spawner");
        let task = spawner.run_in_async_scope(|| {
            USER.run("alice", || {
                tokio::spawn(async {
                    yield_times(1).await;
                    execution_async_id()
                })
            })
        });
        let number = task.id();
        (number, task.await.unwrap(), spawner.async_id())
    };
    let check = |(number, id, spawner)| {
        let calls = calls_of(&calls, number);
        let names: Vec<_> = calls.iter().map(|call| call.name).collect();
        assert_eq!(names, ["spawn", "before", "after", "before", "terminate", "after"]);
        for call in calls {
            assert_eq!((call.executing, call.trigger, call.user), (id, Some(spawner), Some("alice")), "{}", call.name);
        }
    };
    check(Builder::new_current_thread().async_hooks_with(noting(&calls)).build().unwrap().block_on(seen()));
    let local = Builder::new_current_thread().async_hooks_with(noting(&calls)).build_local(LocalOptions::default());
    check(local.unwrap().block_on(seen()));
    let two = Builder::new_multi_thread().worker_threads(2).async_hooks_with(noting(&calls)).build().unwrap();
    let (number, id, _) = two.block_on(seen());
    drop(two);
    let calls = calls_of(&calls, number);
    assert_eq!(calls.len(), 6);
    assert!(calls.iter().all(|call| call.executing == id && call.user == Some("alice")), "{calls:?}");
}

#[test]
fn the_end_of_an_aborted_task_and_of_one_whose_runtime_shuts_down_is_reported_inside_it() {
    let calls = Calls::default();
    let runtime = Builder::new_current_thread().async_hooks_with(noting(&calls)).build().unwrap();
    let spawn = || {
        let task = USER.run("alice", || runtime.spawn(pending::<()>()));
        let spawned = calls_of(&calls, task.id())[0];
        (task, spawned)
    };
    let (aborted, aborted_spawned) = spawn();
    aborted.abort();
    assert!(runtime.block_on(aborted).unwrap_err().is_cancelled());
    let (left, left_spawned) = spawn();
    drop((runtime, left));
    for spawned in [aborted_spawned, left_spawned] {
        assert_ne!(spawned.executing, AsyncId::ROOT);
        let calls = calls_of(&calls, spawned.task);
        let ended = calls.iter().find(|call| call.name == "terminate").unwrap();
        assert_eq!(*ended, Call { name: "terminate", ..spawned });
    }
    assert_eq!((execution_async_id(), USER.get()), (AsyncId::ROOT, None));
}

#[test]
fn callbacks_of_blocking_jobs_and_wrapped_tasks_run_outside() {
    let calls = Calls::default();
    let runtime = Builder::new_current_thread().async_hooks_with(noting(&calls)).build().unwrap();
    let (job, wrapped) = runtime.block_on(async {
        let (job, wrapped) = (tokio::task::spawn_blocking(|| ()), async_hooks_tokio::spawn(async {}));
        let ids = (job.id(), wrapped.id());
        job.await.unwrap();
        wrapped.await.unwrap();
        ids
    });
    drop(runtime);
    let names = |task| calls_of(&calls, task).iter().map(|call| (call.name, call.executing)).collect::<Vec<_>>();
    assert_eq!(names(job), [("terminate", AsyncId::ROOT)]);
    assert_eq!(names(wrapped), ["spawn", "before", "terminate", "after"].map(|name| (name, AsyncId::ROOT)));
}

#[test]
fn what_is_entered_ahead_of_a_poll_stays_with_the_task() {
    let polls = AtomicUsize::new(0);
    let hooks = RuntimeHooks::new()
        .on_task_spawn(|_| USER.enter_with("spawn"))
        .on_before_task_poll(move |_| {
            if polls.fetch_add(1, Ordering::Relaxed) == 1 {
                USER.enter_with("before");
            }
        })
        .on_after_task_poll(|_| USER.enter_with("after"))
        .on_task_terminate(|_| USER.enter_with("terminate"));
    let runtime = Builder::new_current_thread().async_hooks_with(hooks).build().unwrap();
    let seen = runtime.block_on(async {
        let task = tokio::spawn(async {
            let mut seen = vec![USER.get()];
            for _ in 0..2 {
                yield_times(1).await;
                seen.push(USER.get());
            }
            seen
        });
        task.await.unwrap()
    });
    let before = Some(Arc::new("before"));
    assert_eq!(seen, [None, before.clone(), before]);
    assert_eq!(USER.get(), None);
}

/// On one thread, since tokio built for debugging aborts the process when a worker panics.
fn panicking(set: fn(RuntimeHooks, fn(&TaskMeta<'_>)) -> RuntimeHooks) -> Runtime {
    let hooks = set(RuntimeHooks::new(), |_| std::panic::resume_unwind(Box::new("callback")));
    Builder::new_current_thread().async_hooks_with(hooks).build().unwrap()
}

/// The same callback on a runtime of tokio's own: ours may differ from it in nothing.
fn panicking_at_tokios(set: fn(&mut Builder, fn(&TaskMeta<'_>)) -> &mut Builder) -> Runtime {
    set(&mut Builder::new_current_thread(), |_| std::panic::resume_unwind(Box::new("callback"))).build().unwrap()
}

/// The outcome: whether the spawn or the run panicked, and whether the task completed.
fn outcome(runtime: Runtime) -> (bool, bool, Option<bool>) {
    let value = Arc::new("value");
    let spawner = AsyncResource::new("spawner");
    let recorder = Recorder::start();
    let spawn = || spawner.run_in_async_scope(|| USER.run(Arc::clone(&value), || runtime.spawn(async {})));
    let spawned = catch_unwind(AssertUnwindSafe(spawn));
    assert_clean();
    let has_spawned = spawned.is_ok();
    let run = catch_unwind(AssertUnwindSafe(|| runtime.block_on(yield_times(3))));
    assert_clean();
    let ended = spawned.ok().filter(|task| task.is_finished());
    drop(catch_unwind(AssertUnwindSafe(|| drop(runtime))));
    assert_clean();
    let ended = ended.map(|task| current_thread().block_on(task).is_ok());

    // Nothing stays, and nothing is left open.
    assert_eq!(Arc::strong_count(&value), 1);
    for id in recorder.created_by(spawner.async_id()) {
        let life = recorder.life(id);
        let count = |name| life.iter().filter(|event| **event == name).count();
        assert_eq!((life[0], life[life.len() - 1]), ("init", "destroy"), "{life:?}");
        assert_eq!((count("before"), count("destroy")), (count("after"), 1), "{life:?}");
    }
    (!has_spawned, run.is_err(), ended)
}

#[track_caller]
fn assert_clean() {
    assert_eq!((execution_async_id(), USER.get()), (AsyncId::ROOT, None));
}

#[test]
fn one_that_panics_does_what_it_would_without_us() {
    let spawn = outcome(panicking(|hooks, f| hooks.on_task_spawn(f)));
    assert_eq!(spawn, outcome(panicking_at_tokios(|builder, f| builder.on_task_spawn(f))));
    assert_eq!(spawn, (true, false, None));

    let before = outcome(panicking(|hooks, f| hooks.on_before_task_poll(f)));
    assert_eq!(before, outcome(panicking_at_tokios(|builder, f| builder.on_before_task_poll(f))));
    assert!(before.1, "the run panics");

    let after = outcome(panicking(|hooks, f| hooks.on_after_task_poll(f)));
    assert_eq!(after, outcome(panicking_at_tokios(|builder, f| builder.on_after_task_poll(f))));
    assert!(after.1, "the run panics");

    let terminate = outcome(panicking(|hooks, f| hooks.on_task_terminate(f)));
    assert_eq!(terminate, outcome(panicking_at_tokios(|builder, f| builder.on_task_terminate(f))));
    assert_eq!(terminate, (false, false, Some(true)));
}

#[test]
fn a_second_runtime_on_the_same_thread_is_none_the_worse_for_it() {
    for set in [RuntimeHooks::on_before_task_poll as fn(_, _) -> _, RuntimeHooks::on_after_task_poll] {
        let runtime = panicking(set);
        drop(runtime.spawn(USER.scope("alice", async { USER.enter_with("bob") })));
        assert!(catch_unwind(AssertUnwindSafe(|| runtime.block_on(yield_times(3)))).is_err());
        assert_clean();
        let other = current_thread();
        let seen = other.spawn(async {
            USER.enter_with("carol");
            yield_times(1).await;
            (trigger_async_id(), USER.get().map(|user| *user))
        });
        assert_eq!(other.block_on(seen).unwrap(), (Some(AsyncId::ROOT), Some("carol")));
        assert_clean();
    }
}
