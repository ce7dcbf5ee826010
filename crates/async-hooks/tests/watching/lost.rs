//! Values that get lost on their way through tasks.

use async_hooks::diagnostics::{ContextWatch, EnabledTool, LossPoint, RequiredExt as _};
use async_hooks::tokio::{spawn, spawn_blocking};
use async_hooks::{Inherit, execution_async_resource, prelude::*};

use crate::on_both;

static USER: AsyncLocal<&str> = AsyncLocal::new().named("user");

fn enabled() -> (ContextWatch, EnabledTool) {
    let watch = ContextWatch::of(&USER).build();
    let enabled = watch.enable_scoped();
    (watch, enabled)
}

#[test]
fn a_task_whose_future_was_made_inside_and_spawned_outside_has_never_had_it() {
    on_both(|| async {
        let (watch, _enabled) = enabled();
        // The trap: the closure returns the future, and what is spawned runs where nothing is set.
        let future = USER.run("alice", || async { USER.required() });
        let lost = spawn(future).await.expect("it does not panic").expect_err("it is gone");
        assert_eq!((lost.lost(), watch.losses().count()), (LossPoint::NeverSet, 0));
    });
}

#[test]
fn a_plain_task_and_a_plain_thread_are_outside() {
    on_both(|| async {
        let (_, _enabled) = enabled();
        let task = tokio::spawn(async { USER.required().map(drop) });
        let lost = task.await.expect("it does not panic").expect_err("nothing carries it");
        // With automatic tracking this would be a resource of its own; without, it is nobody.
        assert!(matches!(lost.lost(), LossPoint::OutsideResources | LossPoint::NeverSet), "{lost}");
        let job = tokio::task::spawn_blocking(|| USER.required().map(drop));
        assert!(job.await.expect("it does not panic").is_err_and(|lost| lost.lost() == LossPoint::OutsideResources));
    });
}

#[test]
fn a_task_that_loses_it_for_its_children_is_named_through_tasks_and_jobs() {
    on_both(|| async {
        let (watch, _enabled) = enabled();
        let request = USER.scope("alice", async {
            spawn(async {
                let job =
                    USER.exit(|| spawn_blocking(|| AsyncResource::new("step").run_in_async_scope(|| USER.required())));
                (execution_async_resource(), job.await.expect("it does not panic").expect_err("it is gone"))
            })
            .await
            .expect("it does not panic")
        });
        let (request, lost) = spawn(request).await.expect("it does not panic");
        let LossPoint::EndedBeforeSpawn { creator, created, .. } = lost.lost() else { panic!("{lost}") };
        assert_eq!((creator, created.kind(), lost.resource().kind()), (request, "tokio::blocking", "step"));
        let losses = watch.losses();
        assert_eq!((losses.count(), losses.losses()[0].location()), (1, created.location()), "{losses}");
    });
}

#[test]
fn what_a_task_enters_for_itself_is_there_after_every_await() {
    on_both(|| async {
        let (watch, _enabled) = enabled();
        let task = spawn(async {
            assert_eq!(USER.required().err().map(|lost| lost.lost()), Some(LossPoint::NeverSet));
            USER.enter_with("alice");
            tokio::task::yield_now().await;
            spawn(async { USER.required().map(|user| *user) }).await.expect("it does not panic").ok()
        });
        assert_eq!(task.await.expect("it does not panic"), Some("alice"));
        assert!(watch.losses().is_empty());
    });
}

static TRANSACTION: AsyncLocal<u32> = AsyncLocal::new().named("transaction").inherit(Inherit::Barrier);

#[test]
fn what_stays_behind_a_barrier_is_lost_on_the_way_unless_barriers_are_meant() {
    on_both(|| async {
        let counts = ContextWatch::of(&TRANSACTION).build();
        let ignores = ContextWatch::of(&TRANSACTION).ignore_barriers().build();
        let _enabled = [counts.enable_scoped(), ignores.enable_scoped()];
        let parent = TRANSACTION.scope(7_u32, async {
            let line = line!() + 1;
            let child = spawn(async { (execution_async_resource(), TRANSACTION.required().map(|number| *number)) });
            (line, child.await.expect("it does not panic"))
        });
        let (line, (child, outcome)) = spawn(parent).await.expect("it does not panic");
        let lost = outcome.err().map(|lost| lost.lost());
        assert!(matches!(lost, Some(LossPoint::NotInherited { created, .. }) if created == child), "{lost:?}");
        let losses = counts.losses();
        let found = Vec::from_iter(losses.losses().iter().map(|loss| (loss.location().line(), loss.count())));
        assert_eq!(found, [(line, 1)], "{losses}");
        assert!(ignores.losses().is_empty(), "{}", ignores.losses());
    });
}
