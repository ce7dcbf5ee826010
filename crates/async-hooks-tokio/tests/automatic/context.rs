use async_hooks_core::{AsyncLocal, FutureExt as _, Snapshot};
use tokio::task::yield_now;

use crate::runtimes::{current_thread, multi_thread, on_each};

static USER: AsyncLocal<&str> = AsyncLocal::new();
static ROLE: AsyncLocal<&str> = AsyncLocal::new();

fn user() -> Option<&'static str> {
    USER.get().map(|user| *user)
}

fn role() -> Option<&'static str> {
    ROLE.get().map(|role| *role)
}

#[test]
fn a_value_reaches_what_a_plain_spawn_spawns() {
    on_each(async || {
        let task =
            USER.run("alice", || tokio::spawn(async { (user(), tokio::spawn(async { user() }).await.unwrap()) }));
        assert_eq!(user(), None);
        assert_eq!(task.await.unwrap(), (Some("alice"), Some("alice")));
    });
}

#[test]
fn what_a_task_enters_stays_with_it_and_with_nobody_else() {
    on_each(async || {
        let task = tokio::spawn(async {
            USER.enter_with("alice");
            let child = tokio::spawn(async {
                let inherited = user();
                USER.enter_with("bob");
                yield_now().await;
                (inherited, user())
            });
            yield_now().await;
            let child = child.await.unwrap();
            (user(), child)
        });
        let other = tokio::spawn(async {
            yield_now().await;
            user()
        });
        assert_eq!(task.await.unwrap(), (Some("alice"), (Some("alice"), Some("bob"))));
        assert_eq!(other.await.unwrap(), None);
        assert_eq!(user(), None);
    });
}

#[test]
fn what_is_entered_inside_a_run_outlives_it_and_the_runs_own_local_does_not() {
    on_each(async || {
        let task = tokio::spawn(async {
            USER.enter_with("alice");
            USER.run("bob", || {
                ROLE.enter_with("admin");
                assert_eq!((user(), role()), (Some("bob"), Some("admin")));
            });
            yield_now().await;
            let first = (user(), role());
            USER.exit(|| USER.run("carol", || ROLE.run("guest", || ROLE.enter_with("lost"))));
            yield_now().await;
            (first, (user(), role()))
        });
        let expected = (Some("alice"), Some("admin"));
        assert_eq!(task.await.unwrap(), (expected, expected));
    });
}

#[test]
fn what_is_entered_inside_a_scope_of_its_own_ends_with_it() {
    on_each(async || {
        let task = tokio::spawn(async {
            USER.enter_with("alice");
            Snapshot::current().run(|| USER.enter_with("bob"));
            async { USER.enter_with("carol") }.in_async_resource("inner").await;
            async { USER.enter_with("dave") }.in_current_snapshot().await;
            async_hooks_core::AsyncResource::new("callback").run_in_async_scope(|| USER.enter_with("eve"));
            yield_now().await;
            user()
        });
        assert_eq!(task.await.unwrap(), Some("alice"));
    });
}

#[test]
fn what_a_local_future_hands_over_stays_with_the_task() {
    on_each(async || {
        let task = tokio::spawn(async {
            let inner = USER.scope("bob", async {
                yield_now().await;
                ROLE.enter_with("admin");
                yield_now().await;
            });
            inner.await;
            yield_now().await;
            (user(), role())
        });
        assert_eq!(task.await.unwrap(), (None, Some("admin")));
    });
}

#[test]
fn a_guard_that_lives_over_polls_sets_and_unsets() {
    let local = tokio::task::LocalSet::new();
    current_thread().block_on(local.run_until(async {
        // A guard is not `Send`, so its task is a local one; tracked by its wrapper.
        let task = async_hooks_tokio::spawn_local(async {
            let guard = USER.enter("alice");
            yield_now().await;
            let within = user();
            drop(guard);
            yield_now().await;
            (within, user())
        });
        assert_eq!(task.await.unwrap(), (Some("alice"), None));
    }));
}

#[test]
fn polls_that_overlap_see_what_was_entered_last() {
    multi_thread().block_on(async {
        let counting = || async {
            static COUNT: AsyncLocal<u64> = AsyncLocal::new();
            for expected in 0..2_000 {
                assert_eq!(COUNT.get().map_or(0, |count| *count), expected);
                COUNT.enter_with(expected + 1);
                yield_now().await;
            }
        };
        let tasks = [(); 4].map(|()| tokio::spawn(counting()));
        for task in tasks {
            task.await.unwrap();
        }
    });
}
