//! Tasks of a runtime that does not track them.

use std::future::pending;
use std::time::Duration;

use async_hooks::diagnostics::{LeakDetector, LeakTest, leak_test};
use tokio::task::yield_now;

use crate::{current_thread, failure, multi_thread};

fn soon() -> LeakTest {
    leak_test().settle_within(Duration::from_millis(50))
}

#[test]
fn plain_tasks_that_outlive_their_test_fail_it_if_that_is_asked_for() {
    for runtime in [current_thread(), multi_thread()] {
        let forgetful = async { (0..3).for_each(|_| drop(tokio::spawn(pending::<()>()))) };
        let message = failure(|| runtime.block_on(soon().fail_on_unseen().run(forgetful)));
        let expected = "at least 3 tasks of this runtime outlive a leak test that cannot see them";
        assert!(message.starts_with(expected), "{message}");
        assert!(message.contains("async_hooks::tokio::spawn"), "{message}");
        // They are older than the next test, and without being asked it only reports.
        runtime.block_on(soon().fail_on_unseen().run(async {}));
        runtime.block_on(soon().run(async { drop(tokio::spawn(pending::<()>())) }));
    }
}

/// As when tests run at the same time, each on a runtime of its own.
#[test]
fn tracked_tasks_of_another_runtime_hide_no_plain_task() {
    for (own, other) in [(current_thread(), multi_thread()), (multi_thread(), current_thread())] {
        let message = failure(|| {
            own.block_on(soon().fail_on_unseen().run(async {
                drop(tokio::spawn(pending::<()>()));
                let busy = std::thread::spawn(move || {
                    other.block_on(async { (0..10).for_each(|_| drop(async_hooks::tokio::spawn(pending::<()>()))) });
                    other
                });
                // Kept for the rest of the test.
                std::mem::forget(busy.join().unwrap());
            }));
        });
        assert!(message.starts_with("at least 1 task of this runtime"), "{message}");
    }
}

#[test]
fn plain_tasks_that_end_in_time_and_tracked_ones_are_not_unseen() {
    for runtime in [current_thread(), multi_thread()] {
        for _ in 0..20 {
            let test = leak_test().fail_on_unseen();
            runtime.block_on(test.run(async {
                let tasks = Vec::from_iter((0..10).map(|_| tokio::spawn(yield_now())));
                let tracked = async_hooks::tokio::spawn(yield_now());
                for task in tasks {
                    task.await.unwrap();
                }
                tracked.await.unwrap();
            }));
        }
        let message = failure(|| {
            runtime.block_on(soon().fail_on_unseen().run(async { drop(async_hooks::tokio::spawn(pending::<()>())) }));
        });
        assert!(message.starts_with("something outlives the test"), "{message}");
    }
}

/// Resources of tests that run at the same time would hide tasks, so there are many.
#[test]
fn a_leak_report_says_how_many_tasks_it_could_not_judge() {
    for runtime in [current_thread(), multi_thread()] {
        let detector = LeakDetector::builder().older_than(Duration::MAX).build();
        let _enabled = detector.enable_scoped();
        runtime.block_on(async {
            (0..10_000).for_each(|_| drop(tokio::spawn(pending::<()>())));
            let report = detector.report();
            assert!((5_000..=10_000).contains(&report.unseen_tasks()), "{report}");
            assert!(report.to_string().contains("tasks of this runtime, which nothing tracks"), "{report}");
        });
        assert_eq!(detector.report().unseen_tasks(), 0, "outside a runtime nothing is known");
    }
}
