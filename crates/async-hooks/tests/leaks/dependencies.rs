//! Tasks that a dependency spawns on a runtime that detaches them.

use std::future::pending;
use std::time::Duration;

use async_hooks::diagnostics::{LeakDetector, assert_no_leaks};
use async_hooks::tokio::{BuilderExt as _, RuntimeHooks, spawned_by_dependency};
use async_hooks::{AsyncLocal, AsyncResource};
use hyper::rt::Executor as _;
use hyper_util::rt::TokioExecutor;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

static USER: AsyncLocal<&str> = AsyncLocal::new();

fn runtimes() -> [Runtime; 2] {
    [Builder::new_current_thread(), Builder::new_multi_thread()].map(|mut builder| {
        let hooks = RuntimeHooks::new().detach_when(spawned_by_dependency);
        builder.worker_threads(2).enable_all().async_hooks_with(hooks).build().unwrap()
    })
}

#[test]
fn a_task_that_a_dependency_spawns_has_no_value() {
    for runtime in runtimes() {
        let (told, seen) = oneshot::channel();
        let executed = USER.scope("alice", async {
            TokioExecutor::new().execute(async { told.send(USER.get()).unwrap() });
            seen.await.unwrap()
        });
        assert_eq!(runtime.block_on(executed), None);
    }
}

#[test]
fn a_task_that_a_dependency_spawns_is_no_leak_of_a_test_and_no_orphan() {
    for runtime in runtimes() {
        let detector = LeakDetector::builder().older_than(Duration::from_secs(3600)).ignore_kind("job").build();
        let _enabled = detector.enable_scoped();
        runtime.block_on(assert_no_leaks(async {
            let request = AsyncResource::new("request");
            request.run_in_async_scope(|| TokioExecutor::new().execute(pending::<()>()));
        }));
        let own = file!();
        let leaks = detector.report();
        assert!(leaks.leaks().iter().all(|leak| leak.location().file() == own), "{leaks}");
    }
}
