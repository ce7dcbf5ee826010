use async_hooks_core::{AsyncLocal, Inherit, detached};
use async_hooks_tokio::JoinSet;
use tokio::task::yield_now;

use crate::runtimes::on_each;

static TRANSACTION: AsyncLocal<u32> = AsyncLocal::new().inherit(Inherit::Barrier);
static DEPTH: AsyncLocal<u32> = AsyncLocal::new().inherit(Inherit::Fork(|depth| depth + 1));

fn seen() -> (Option<u32>, Option<u32>) {
    (TRANSACTION.with(|number| number.copied()), DEPTH.with(|depth| depth.copied()))
}

fn set<R>(f: impl FnOnce() -> R) -> R {
    TRANSACTION.run(42_u32, || DEPTH.run(0_u32, f))
}

#[test]
fn a_plain_spawn_asks_each_local_how_it_crosses() {
    on_each(async || {
        let task = set(|| {
            tokio::spawn(async {
                let own = seen();
                yield_now().await;
                (own, seen(), tokio::spawn(async { seen() }).await.unwrap())
            })
        });
        assert_eq!(task.await.unwrap(), ((None, Some(1)), (None, Some(1)), (None, Some(2))));
    });
}

#[test]
fn a_task_that_wrapper_and_runtime_both_see_is_forked_once() {
    on_each(async || {
        let mut tasks = JoinSet::new();
        set(|| tasks.spawn(async { seen() }));
        assert_eq!(tasks.join_all().await, [(None, Some(1))]);
        let task = set(|| async_hooks_tokio::spawn(async { tokio::spawn(async { seen() }).await.unwrap() }));
        assert_eq!(task.await.unwrap(), (None, Some(2)));
    });
}

#[test]
fn what_is_spawned_detached_inherits_nothing() {
    on_each(async || {
        let task = set(|| detached(|| tokio::spawn(async { (seen(), tokio::spawn(async { seen() }).await.unwrap()) })));
        assert_eq!(task.await.unwrap(), ((None, None), (None, None)));
    });
}
