//! How far `enter_with` reaches from a task.

use async_hooks_core::AsyncLocal;
use async_hooks_tokio::{spawn, spawn_blocking};
use tokio::sync::oneshot;
use tokio::task::yield_now;

use crate::runtimes::on_each_runtime;
use crate::runtimes::steering::yield_times;

static USER: AsyncLocal<&str> = AsyncLocal::new();

fn user() -> Option<&'static str> {
    USER.with(|user| user.copied())
}

#[test]
fn a_task_keeps_what_it_enters_over_its_awaits() {
    on_each_runtime(async || {
        let task = spawn(async {
            USER.enter_with("alice");
            let mut seen = Vec::new();
            for _ in 0..10 {
                yield_now().await;
                seen.push(user());
            }
            seen
        });
        assert_eq!(task.await.unwrap(), [Some("alice"); 10]);
        assert_eq!(user(), None);
    });
}

#[test]
fn children_spawned_before_do_not_see_it_and_children_spawned_after_do() {
    on_each_runtime(async || {
        let task = spawn(async {
            let (sender, receiver) = oneshot::channel::<()>();
            let before = spawn(async {
                let _ = receiver.await;
                user()
            });
            USER.enter_with("alice");
            let after = spawn(async { user() });
            let job = spawn_blocking(user);
            drop(sender);
            (before.await.unwrap(), after.await.unwrap(), job.await.unwrap())
        });
        assert_eq!(task.await.unwrap(), (None, Some("alice"), Some("alice")));
    });
}

#[test]
fn neither_parent_nor_sibling_sees_it() {
    on_each_runtime(async || {
        let parent = spawn(async {
            let (entered, has_entered) = oneshot::channel();
            let (seen, was_seen) = oneshot::channel::<()>();
            let child = spawn(async move {
                USER.enter_with("alice");
                entered.send(()).unwrap();
                let _ = was_seen.await;
                user()
            });
            let sibling = spawn(async move {
                has_entered.await.unwrap();
                user()
            });
            let sibling = sibling.await.unwrap();
            let parent = user();
            drop(seen);
            (child.await.unwrap(), sibling, parent)
        });
        assert_eq!(parent.await.unwrap(), (Some("alice"), None, None));
    });
}

#[test]
fn what_the_parent_enters_later_does_not_reach_a_running_child() {
    on_each_runtime(async || {
        let parent = USER.run("alice", || {
            spawn(async {
                let child = spawn(async {
                    yield_times(3).await;
                    user()
                });
                USER.enter_with("bob");
                (child.await.unwrap(), user())
            })
        });
        assert_eq!(parent.await.unwrap(), (Some("alice"), Some("bob")));
    });
}

#[test]
fn a_blocking_job_forgets_what_it_enters() {
    on_each_runtime(async || {
        let entered = spawn_blocking(|| {
            USER.enter_with("alice");
            user()
        });
        assert_eq!(entered.await.unwrap(), Some("alice"));
        // The pool takes the thread that is idle; untracked, the job would see what the thread was left with.
        assert_eq!(tokio::task::spawn_blocking(user).await.unwrap(), None);
    });
}
