//! Untracked tasks call `enter_with` on several threads at once: each line is reported.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

mod child;

use std::sync::{Arc, Barrier};

use async_hooks_core::AsyncLocal;
use tokio::runtime::Builder;

use child::in_child;

static USER: AsyncLocal<&str> = AsyncLocal::new();

/// Four threads run 25 lines each, at the same time and once.
#[test]
fn each_line_is_reported_though_others_are_reported_at_the_same_time() {
    #[track_caller]
    fn e() {
        USER.enter_with("alice");
    }
    macro_rules! lines {
        ($($call:expr;)*) => { || { $($call;)* } };
    }
    let lines: [fn(); 4] = [
        lines! {
            e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e();
            e(); e(); e(); e(); e();
        },
        lines! {
            e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e();
            e(); e(); e(); e(); e();
        },
        lines! {
            e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e();
            e(); e(); e(); e(); e();
        },
        lines! {
            e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e(); e();
            e(); e(); e(); e(); e();
        },
    ];
    let name = "each_line_is_reported_though_others_are_reported_at_the_same_time";
    for _ in 0..20 {
        let child = in_child(name, || {
            let runtime = Builder::new_multi_thread().worker_threads(lines.len()).build().unwrap();
            let start = Arc::new(Barrier::new(lines.len()));
            let tasks = lines.map(|lines| {
                let start = Arc::clone(&start);
                runtime.spawn(async move {
                    start.wait();
                    lines();
                })
            });
            for task in tasks {
                runtime.block_on(task).unwrap();
            }
        });
        assert!(child.succeeded, "{child:?}");
        assert_eq!(child.reports().len(), 100);
    }
}
