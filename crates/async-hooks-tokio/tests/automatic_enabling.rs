//! Hooks that come, go or fail while a task is polled.

#![cfg(tokio_unstable)]
#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

mod recorder;
#[path = "automatic/runtimes.rs"]
mod runtimes;

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_hooks_core::{AsyncId, AsyncLocal, create_hook, execution_async_id};
use recorder::Recorder;
use runtimes::steering::yield_times;
use runtimes::{current_thread, multi_thread, on_each, on_one_thread};
use tokio::task::{JoinHandle, block_in_place};

static USER: AsyncLocal<&str> = AsyncLocal::new();

/// Whether any hook is enabled makes a difference here.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn a_hook_enabled_between_polls_receives_whole_polls_and_the_end() {
    let _alone = alone();
    on_one_thread(async || {
        let (go, gone) = tokio::sync::oneshot::channel::<()>();
        let task = tokio::spawn(async {
            let _ = gone.await;
            yield_times(1).await;
            execution_async_id()
        });
        yield_times(2).await;
        let recorder = Recorder::start();
        drop(go);
        let id = task.await.unwrap();
        assert_eq!(recorder.life(id), ["before", "after", "before", "after", "destroy"]);
    });
}

#[test]
fn a_hook_enabled_in_the_middle_of_a_poll_receives_no_after_of_it() {
    let _alone = alone();
    on_one_thread(async || {
        let task = tokio::spawn(async {
            let recorder = Recorder::start();
            yield_times(1).await;
            (recorder, execution_async_id())
        });
        let (recorder, id) = task.await.unwrap();
        assert_eq!(recorder.life(id), ["before", "after", "destroy"]);
    });
}

/// Nothing counts this poll, so nothing waits for its end.
///
/// The callback after the poll finds a task that is gone.
#[test]
fn a_hook_enabled_in_the_last_poll_receives_the_end_alone() {
    let _alone = alone();
    on_one_thread(async || {
        let task = tokio::spawn(async { (Recorder::start(), execution_async_id()) });
        let (recorder, id) = task.await.unwrap();
        assert_eq!(recorder.life(id), ["destroy"]);
    });
}

#[test]
fn a_hook_disabled_in_the_middle_of_a_poll_receives_nothing_more() {
    let _alone = alone();
    on_one_thread(async || {
        let hook = create_hook().after(|_| panic!("disabled")).destroy(|_| panic!("disabled")).build();
        hook.enable();
        let disabling = hook.clone();
        let task = tokio::spawn(async move {
            disabling.disable();
            yield_times(2).await;
        });
        task.await.unwrap();
        hook.enable();
        assert!(hook.is_enabled());
        hook.disable();
    });
}

#[test]
fn a_task_lives_on_while_hooks_come_and_go_on_every_poll() {
    let _alone = alone();
    on_each(async || {
        let task = USER.run("alice", || {
            tokio::spawn(async {
                let id = execution_async_id();
                for turn in 0..200 {
                    let hook = create_hook().before(|_| ()).after(|_| ()).destroy(|_| ()).build();
                    let enabled = (turn % 3 != 0).then(|| hook.enable_scoped());
                    yield_times(turn % 2).await;
                    assert_eq!((execution_async_id(), USER.get().as_deref()), (id, Some(&"alice")));
                    drop(enabled);
                }
            })
        });
        task.await.unwrap();
        assert_eq!((execution_async_id(), USER.get()), (AsyncId::ROOT, None));
    });
}

/// Hooks are enabled and disabled while tasks on two workers end.
///
/// Each task that is seen to begin is seen to end.
#[test]
fn each_task_seen_at_init_is_seen_at_destroy_whatever_other_hooks_do() {
    let _alone = alone();
    let recorder = Recorder::start();
    let runtime = multi_thread();
    let mut ids = Vec::new();
    for _ in 0..20 {
        let others = create_hook().before(|_| ()).destroy(|_| ()).build();
        let tasks: Vec<JoinHandle<AsyncId>> = (0..20)
            .map(|turn| {
                let others = others.clone();
                runtime.spawn(async move {
                    if turn % 2 == 0 {
                        others.enable()
                    } else {
                        others.disable()
                    };
                    yield_times(turn % 3).await;
                    others.disable();
                    execution_async_id()
                })
            })
            .collect();
        ids.extend(tasks.into_iter().map(|task| runtime.block_on(task).unwrap()));
    }
    recorder.wait_for_destroy(&ids);
    for id in ids {
        let life = recorder.life(id);
        let count = |name| life.iter().filter(|event| **event == name).count();
        assert_eq!((life[0], life[life.len() - 1]), ("init", "destroy"));
        assert_eq!((count("before"), count("destroy")), (count("after"), 1));
    }
}

#[test]
fn a_hook_that_panics_is_disabled_and_the_task_goes_on() {
    let _alone = alone();
    on_each(async || {
        let panic = || std::panic::resume_unwind(Box::new("hook"));
        let hooks = [
            create_hook().init(move |_| panic()).build(),
            create_hook().before(move |_| panic()).build(),
            create_hook().after(move |_| panic()).build(),
            create_hook().destroy(move |_| panic()).build(),
        ];
        for hook in &hooks {
            hook.enable();
        }
        let recorder = Recorder::start();
        let task = USER.run("alice", || {
            tokio::spawn(async {
                yield_times(1).await;
                (execution_async_id(), USER.get().map(|user| *user))
            })
        });
        let (id, user) = task.await.unwrap();
        assert_eq!(user, Some("alice"));
        recorder.wait_for_destroy(&[id]);
        let life = recorder.life(id);
        assert_eq!((life[0], life[life.len() - 1], life.len()), ("init", "destroy", 6));
        // The events come in this order, and each hook receives the first of its own.
        assert_eq!(hooks.each_ref().map(|hook| hook.is_enabled()), [false; 4]);
        assert_eq!((execution_async_id(), USER.get()), (AsyncId::ROOT, None));
    });
}

#[test]
fn a_hook_that_drives_a_runtime_of_its_own_harms_no_poll() {
    let _alone = alone();
    let recorder = Recorder::start();
    let drive = || {
        let entered = async {
            USER.enter_with("bob");
            yield_times(1).await;
            (execution_async_id(), USER.get().map(|user| *user))
        };
        let (inner, user) =
            block_in_place(|| current_thread().block_on(async { tokio::spawn(entered).await.unwrap() }));
        assert_ne!(inner, execution_async_id());
        assert_eq!((user, USER.get().as_deref()), (Some("bob"), Some(&"alice")));
    };
    let hook = create_hook().before(move |_| drive()).after(move |_| drive()).build();
    let task = USER.run("alice", || {
        let hook = hook.clone();
        multi_thread().block_on(async move {
            let task = tokio::spawn(async move {
                let _enabled = hook.enable_scoped();
                for _ in 0..3 {
                    yield_times(1).await;
                    assert_eq!(USER.get().as_deref(), Some(&"alice"));
                }
                assert!(hook.is_enabled(), "it has not panicked");
                execution_async_id()
            });
            task.await.unwrap()
        })
    });
    recorder.wait_for_destroy(&[task]);
    assert_eq!(recorder.life(task).iter().filter(|event| **event == "before").count(), 4);
}
