use async_hooks::otel::propagate_context;
use opentelemetry::Context;

use crate::runtimes::both;

#[derive(Clone, Copy, PartialEq, Debug)]
struct Tenant(u32);

/// Far below: code that reads OpenTelemetry's context, and knows nothing of this crate.
fn tenant() -> Option<u32> {
    Context::map_current(|context| context.get::<Tenant>().map(|tenant| tenant.0))
}

fn as_tenant<R>(number: u32, f: impl FnOnce() -> R) -> R {
    let _attached = Context::current_with_value(Tenant(number)).attach();
    f()
}

/// What runs over several polls, maybe on several threads.
async fn twice() -> [Option<u32>; 2] {
    let first = tenant();
    tokio::task::yield_now().await;
    [first, tenant()]
}

#[test]
fn tasks_and_jobs_run_in_the_context_of_their_spawner() {
    let _enabled = propagate_context().enable_scoped();
    for runtime in both() {
        runtime.block_on(async {
            let tasks = Vec::from_iter((0..20).map(|number| as_tenant(number, || async_hooks::tokio::spawn(twice()))));
            for (number, task) in (0..).zip(tasks) {
                assert_eq!(task.await.unwrap(), [Some(number); 2]);
            }
            let job = as_tenant(7, || async_hooks::tokio::spawn_blocking(tenant));
            assert_eq!(job.await.unwrap(), Some(7));
            assert_eq!(tenant(), None, "nothing stays on the thread");
        });
    }
}

#[test]
fn a_context_that_is_attached_in_a_task_reaches_what_the_task_spawns() {
    let _enabled = propagate_context().enable_scoped();
    for runtime in both() {
        let grandchild = runtime.block_on(async {
            let spawn =
                || as_tenant(9, || async_hooks::tokio::spawn(async { (tenant(), async_hooks::tokio::spawn(twice())) }));
            let (child, grandchild) = async_hooks::tokio::spawn(async move { spawn().await.unwrap() }).await.unwrap();
            assert_eq!(child, Some(9));
            grandchild.await.unwrap()
        });
        assert_eq!(grandchild, [Some(9); 2]);
    }
}

#[cfg(tokio_unstable)]
#[test]
fn a_plain_spawn_carries_it_in_automatic_mode() {
    let _enabled = propagate_context().enable_scoped();
    for runtime in both() {
        runtime.block_on(async {
            let tasks = Vec::from_iter((0..20).map(|number| as_tenant(number, || tokio::spawn(twice()))));
            for (number, task) in (0..).zip(tasks) {
                assert_eq!(task.await.unwrap(), [Some(number); 2]);
            }
        });
    }
}
