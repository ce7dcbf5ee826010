use std::convert::Infallible;

use async_hooks_core::{AsyncResource, Envelope, Snapshot, detached};
use async_hooks_http::{RequestLayer, TraceContext, trace_context};
use async_hooks_otel::propagate_context;
use http::{Request, Response};
use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt as _;
use tower::{Layer as _, ServiceExt as _};

#[derive(Clone, Copy, PartialEq, Debug)]
struct Tenant(u32);

fn tenant() -> Option<u32> {
    Context::map_current(|context| context.get::<Tenant>().map(|tenant| tenant.0))
}

fn as_tenant<R>(number: u32, f: impl FnOnce() -> R) -> R {
    let _attached = Context::current_with_value(Tenant(number)).attach();
    f()
}

#[test]
fn the_context_of_the_creator_is_current_in_resources_snapshots_envelopes_and_drops() {
    struct Dropped(Option<u32>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            assert_eq!(tenant(), self.0);
        }
    }
    let _enabled = propagate_context().enable_scoped();
    let (job, snapshot, envelope) =
        as_tenant(7, || (AsyncResource::new("job"), Snapshot::current(), Envelope::new("message", Dropped(Some(7)))));
    as_tenant(8, || {
        assert_eq!(job.run_in_async_scope(tenant), Some(7));
        assert_eq!(snapshot.run(tenant), Some(7));
        drop(envelope);
        assert_eq!(tenant(), Some(8));
    });
}

#[test]
fn an_empty_context_of_the_creator_hides_that_of_the_thread() {
    let _enabled = propagate_context().enable_scoped();
    let job = AsyncResource::new("job");
    as_tenant(7, || assert_eq!(job.run_in_async_scope(tenant), None));
}

#[test]
fn detached_code_carries_nothing() {
    let _enabled = propagate_context().enable_scoped();
    let outside = as_tenant(7, || detached(|| AsyncResource::new("job")));
    assert_eq!(outside.run_in_async_scope(tenant), None);
}

#[tokio::test(flavor = "current_thread")]
async fn the_handler_of_a_request_runs_in_the_span_of_the_request() {
    let _enabled = propagate_context().enable_scoped();
    let service = RequestLayer::new().layer(tower::service_fn(async |_: Request<String>| {
        let ours = trace_context().unwrap();
        let context = Context::current();
        let theirs = context.span().span_context().clone();
        assert_eq!(theirs.trace_id().to_bytes(), ours.trace_id().to_bytes());
        assert_eq!(theirs.span_id().to_bytes(), ours.span_id().to_bytes());
        assert!(theirs.is_sampled() && !theirs.is_remote());

        // What the program adds is carried on.
        let task = as_tenant(7, || AsyncResource::new("task"));
        assert_eq!(task.run_in_async_scope(tenant), Some(7));
        assert_eq!(task.run_in_async_scope(|| Context::current().span().span_context().clone()), theirs);
        Ok::<_, Infallible>(Response::new(String::new()))
    }));
    service.oneshot(Request::new(String::new())).await.unwrap();
    assert!(!Context::current().has_active_span());
}

#[test]
fn what_is_created_in_a_trace_context_runs_in_its_span() {
    let _enabled = propagate_context().enable_scoped();
    let message = TraceContext::start();
    let job = message.run(|| AsyncResource::new("job"));
    let span_id = job.run_in_async_scope(|| Context::current().span().span_context().span_id());
    assert_eq!(span_id.to_bytes(), message.span_id().to_bytes());
}
