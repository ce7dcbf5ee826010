//! `enter_with` in an untracked task changes nothing, and one line on stderr says so.
//!
//! The thread belongs to all tasks.
//!
//! Each test is a process of its own, because a process reports each line once.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

mod child;

use std::sync::Arc;
use std::thread;

use async_hooks_core::{AsyncLocal, AsyncResource, FutureExt as _, Snapshot};
use async_hooks_tokio::{HandleExt as _, JoinSet, spawn, spawn_blocking, spawn_local};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Barrier;
use tokio::task::{LocalSet, yield_now};

use child::{Ended, in_child};

static USER: AsyncLocal<&str> = AsyncLocal::new();
static TENANT: AsyncLocal<&str> = AsyncLocal::new();

type Seen = (Option<&'static str>, Option<&'static str>);

fn look() -> Seen {
    let value = |local: &AsyncLocal<&'static str>| local.with(|value| value.copied());
    (value(&USER), value(&TENANT))
}

const NOTHING: Seen = (None, None);

/// Runtimes that track no task; what runs on one worker runs on one thread.
fn runtimes() -> [Runtime; 2] {
    [Builder::new_current_thread(), Builder::new_multi_thread()]
        .map(|mut builder| builder.worker_threads(1).build().unwrap())
}

/// Runs the test on each runtime, in a process of its own.
///
/// Afterwards nothing of it is left on the thread.
fn on_each(name: &str, test: impl AsyncFn()) -> Ended {
    let child = in_child(name, || {
        for runtime in runtimes() {
            runtime.block_on(async {
                test().await;
                assert_eq!(tokio::spawn(async { look() }).await.unwrap(), NOTHING, "seen by the next task");
                assert_eq!(look(), NOTHING, "seen by the root future");
            });
        }
    });
    assert!(child.succeeded, "{}{}", child.stdout, child.stderr);
    child
}

#[track_caller]
fn assert_reported(child: &Ended, lines: &[u32]) {
    let reports = child.reports();
    assert_eq!(reports.len(), lines.len(), "{reports:?}");
    for line in lines {
        let place = format!("async-hooks: {}:{line}:", file!());
        assert!(reports.iter().any(|report| report.starts_with(&place)), "{place} in {reports:?}");
    }
    let says_what_to_use = |report: &&str| report.contains("async_hooks::tokio::spawn") && report.contains("scope");
    assert!(reports.iter().all(says_what_to_use), "{reports:?}");
}

#[test]
fn what_an_untracked_task_sets_to_stay_changes_nothing() {
    let line = line!() + 3;
    let child = on_each("what_an_untracked_task_sets_to_stay_changes_nothing", async || {
        let task = tokio::spawn(async {
            USER.enter_with("alice");
            let first = look();
            yield_now().await;
            (first, look())
        });
        assert_eq!(task.await.unwrap(), (NOTHING, NOTHING));
    });
    assert_reported(&child, &[line]);
}

#[test]
fn what_an_untracked_task_sets_to_stay_inside_a_call_with_a_value_changes_nothing() {
    let line = line!() + 4;
    let name = "what_an_untracked_task_sets_to_stay_inside_a_call_with_a_value_changes_nothing";
    let child = on_each(name, async || {
        let task = tokio::spawn(async {
            USER.run("alice", || TENANT.enter_with("acme"));
            let outside = look();
            let inside = USER.run("alice", || {
                USER.enter_with("bob");
                TENANT.exit(|| TENANT.enter_with("acme"));
                look()
            });
            (outside, inside)
        });
        assert_eq!(task.await.unwrap(), (NOTHING, (Some("alice"), None)));
    });
    assert_reported(&child, &[line, line + 3, line + 4]);
}

#[test]
fn what_an_untracked_task_sets_to_stay_under_a_guard_changes_nothing() {
    let line = line!() + 5;
    let child = on_each("what_an_untracked_task_sets_to_stay_under_a_guard_changes_nothing", async || {
        let task = tokio::spawn(async {
            let guard = USER.enter("alice");
            assert_eq!(look(), (Some("alice"), None), "a guard ends, so it is no such change");
            USER.enter_with("bob");
            TENANT.enter_with("acme");
            let inside = look();
            drop(guard);
            inside
        });
        assert_eq!(task.await.unwrap(), (Some("alice"), None));
    });
    assert_reported(&child, &[line, line + 1]);
}

/// tokio's own `spawn` does not take such a task, since the guard is not `Send`.
#[test]
fn a_guard_that_an_untracked_local_task_holds_over_an_await_is_reported_where_another_task_sets_a_local() {
    let name = "a_guard_that_an_untracked_local_task_holds_over_an_await_is_reported_where_another_task_sets_a_local";
    let line = line!() + 5;
    let child = on_each(name, async || {
        LocalSet::new()
            .run_until(async {
                let holder = tokio::task::spawn_local(async {
                    let guard = USER.enter("alice");
                    yield_now().await;
                    drop(guard);
                });
                let other = tokio::task::spawn_local(async {
                    let _guard = TENANT.enter("acme");
                    look()
                });
                holder.await.unwrap();
                other.await.unwrap();
                // Nobody holds one any more.
                tokio::task::spawn_local(async { drop(USER.enter("bob")) }).await.unwrap();
            })
            .await;
    });
    assert_reported(&child, &[line]);
}

#[test]
fn guards_that_untracked_tasks_drop_before_they_await_are_not_reported() {
    let child = on_each("guards_that_untracked_tasks_drop_before_they_await_are_not_reported", async || {
        let task = || async {
            for _ in 0..10 {
                let both = (USER.enter("alice"), TENANT.enter("acme"));
                assert_eq!(look(), (Some("alice"), Some("acme")));
                drop(both);
                yield_now().await;
            }
        };
        LocalSet::new()
            .run_until(async {
                for task in [task(), task()].map(tokio::task::spawn_local) {
                    task.await.unwrap();
                }
            })
            .await;
    });
    assert_reported(&child, &[]);
}

#[test]
fn what_a_scoped_future_would_hand_to_an_untracked_task_stays_behind() {
    let line = line!() + 5;
    let child = on_each("what_a_scoped_future_would_hand_to_an_untracked_task_stays_behind", async || {
        let task = tokio::spawn(async {
            let scoped = async {
                yield_now().await;
                TENANT.enter_with("acme");
                yield_now().await;
                look()
            };
            let inside = USER.scope("alice", scoped).await;
            (inside, look())
        });
        assert_eq!(task.await.unwrap(), ((Some("alice"), Some("acme")), NOTHING));
    });
    assert_reported(&child, &[line]);
}

#[test]
fn what_scoped_futures_hand_to_each_other_in_an_untracked_task_stays_within_them() {
    let child = on_each("what_scoped_futures_hand_to_each_other_in_an_untracked_task_stays_within_them", async || {
        static ROLE: AsyncLocal<&str> = AsyncLocal::new();
        let inner = USER.scope("alice", async { TENANT.enter_with("acme") });
        let outer = async {
            inner.await;
            yield_now().await;
            look()
        };
        let task = tokio::spawn(async { (ROLE.scope("admin", outer).await, look()) });
        assert_eq!(task.await.unwrap(), ((None, Some("acme")), NOTHING));
    });
    assert_eq!(child.reports().len(), 1);
}

#[test]
fn an_untracked_task_of_a_local_set_changes_nothing_either() {
    let child = on_each("an_untracked_task_of_a_local_set_changes_nothing_either", async || {
        LocalSet::new()
            .run_until(async {
                tokio::task::spawn_local(async { USER.enter_with("alice") }).await.unwrap();
                assert_eq!(tokio::task::spawn_local(async { look() }).await.unwrap(), NOTHING);
                assert_eq!(look(), NOTHING);
            })
            .await;
    });
    assert_eq!(child.reports().len(), 1);
}

#[test]
fn a_line_is_reported_once_however_often_it_runs_and_on_however_many_threads() {
    let line = line!() + 6;
    let child = in_child("a_line_is_reported_once_however_often_it_runs_and_on_however_many_threads", || {
        let runtime = Builder::new_multi_thread().worker_threads(4).build().unwrap();
        let start = Arc::new(Barrier::new(4));
        let often = |start: Arc<Barrier>| async move {
            start.wait().await;
            (0..1000).for_each(|_| USER.enter_with("alice"));
        };
        runtime.block_on(async {
            for task in [(); 4].map(|()| tokio::spawn(often(Arc::clone(&start)))) {
                task.await.unwrap();
            }
        });
    });
    assert!(child.succeeded, "{child:?}");
    assert_reported(&child, &[line]);
}

#[test]
fn at_most_a_hundred_lines_are_reported() {
    #[track_caller]
    fn e() {
        USER.enter_with("alice");
    }
    // Each call is a place of its own.
    macro_rules! calls {
        ($($call:expr;)*) => { $($call;)* };
    }
    let child = on_each("at_most_a_hundred_lines_are_reported", async || {
        let task = tokio::spawn(async {
            for _ in 0..10 {
                calls! {
                    e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e();
                    e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e();
                    e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e();
                    e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e();
                    e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e();
                    e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e();
                }
            }
        });
        task.await.unwrap();
    });
    assert_eq!(child.reports().len(), 100);
}

/// Sets both and sees both, over an await.
async fn keeps_what_it_sets() {
    USER.enter_with("alice");
    assert_eq!(look(), (Some("alice"), None));
    yield_now().await;
    TENANT.run("acme", || USER.enter_with("bob"));
    yield_now().await;
    assert_eq!(look(), (Some("bob"), None));
}

#[test]
fn a_tracked_task_keeps_what_it_sets_and_nothing_is_reported() {
    let child = on_each("a_tracked_task_keeps_what_it_sets_and_nothing_is_reported", async || {
        spawn(keeps_what_it_sets()).await.unwrap();
        tokio::runtime::Handle::current().spawn_tracked(keeps_what_it_sets()).await.unwrap();
        LocalSet::new().run_until(async { spawn_local(keeps_what_it_sets()).await.unwrap() }).await;
        let mut set = JoinSet::new();
        set.spawn(keeps_what_it_sets());
        set.join_next().await.unwrap().unwrap();
        spawn_blocking(|| {
            USER.enter_with("alice");
            assert_eq!(look(), (Some("alice"), None));
        })
        .await
        .unwrap();
    });
    assert_reported(&child, &[]);
}

#[test]
fn a_tracked_future_or_a_scope_in_an_untracked_task_keeps_what_is_set_in_it() {
    let child = on_each("a_tracked_future_or_a_scope_in_an_untracked_task_keeps_what_is_set_in_it", async || {
        let task = tokio::spawn(async {
            keeps_what_it_sets().in_async_resource("future").await;
            keeps_what_it_sets().in_current_snapshot().await;
            keeps_what_it_sets().detached().await;
            let sets = || {
                USER.enter_with("alice");
                assert_eq!(look(), (Some("alice"), None));
            };
            AsyncResource::new("job").run_in_async_scope(sets);
            Snapshot::current().run(sets);
            look()
        });
        assert_eq!(task.await.unwrap(), NOTHING);
    });
    assert_reported(&child, &[]);
}

#[test]
fn the_root_future_keeps_what_it_sets_and_so_does_a_thread() {
    let child = in_child("the_root_future_keeps_what_it_sets_and_so_does_a_thread", || {
        for runtime in runtimes() {
            let here = || {
                runtime.block_on(keeps_what_it_sets());
                assert_eq!(look(), (Some("bob"), None), "a thread outside of all keeps it too");
                let _entered = runtime.enter();
                TENANT.enter_with("acme");
                assert_eq!(look(), (Some("bob"), Some("acme")));
            };
            thread::scope(|scope| scope.spawn(here).join().unwrap());
            let local = || {
                Builder::new_current_thread().build().unwrap().block_on(LocalSet::new().run_until(keeps_what_it_sets()))
            };
            thread::scope(|scope| scope.spawn(local).join().unwrap());
        }
    });
    assert!(child.succeeded, "{}{}", child.stdout, child.stderr);
    assert_reported(&child, &[]);
}

#[cfg(tokio_unstable)]
#[test]
fn a_plain_task_of_a_runtime_that_tracks_all_keeps_what_it_sets_and_nothing_is_reported() {
    use async_hooks_tokio::BuilderExt as _;
    use tokio::runtime::LocalOptions;

    let name = "a_plain_task_of_a_runtime_that_tracks_all_keeps_what_it_sets_and_nothing_is_reported";
    let child = in_child(name, || {
        for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
            let runtime = builder.worker_threads(1).async_hooks().build().unwrap();
            runtime.block_on(async { tokio::spawn(keeps_what_it_sets()).await.unwrap() });
            assert_eq!(runtime.block_on(runtime.spawn(async { look() })).unwrap(), NOTHING);
        }
        let local = Builder::new_current_thread().async_hooks().build_local(LocalOptions::default()).unwrap();
        local.block_on(async { tokio::task::spawn_local(keeps_what_it_sets()).await.unwrap() });
        assert_eq!(look(), NOTHING);
    });
    assert!(child.succeeded, "{}{}", child.stdout, child.stderr);
    assert_reported(&child, &[]);
}
