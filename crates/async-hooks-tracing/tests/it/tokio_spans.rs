//! The spans that tokio makes with its `tracing` feature and `--cfg tokio_unstable`.
//!
//! Here they are made by hand, with tokio's names, targets and fields.

use async_hooks_core::{AsyncResource, Location, Resource, execution_async_resource};
use async_hooks_tracing::SpanExt as _;
use tracing::{Span, info_span, trace_span};

use crate::with_layer;

fn task() -> Span {
    trace_span!(
        target: "tokio::task",
        parent: None,
        "runtime.spawn",
        kind = %"task",
        task.name = %"",
        task.id = 7_u64,
        loc.file = "src/server.rs",
        loc.line = 12_u32,
        loc.col = 5_u32,
    )
}

fn resource(concrete_type: &str) -> Span {
    trace_span!(
        "runtime.resource",
        concrete_type = concrete_type,
        kind = "Sync",
        loc.file = "src/state.rs",
        loc.line = 3_u32,
        loc.col = 9_u32,
    )
}

fn described(span: Span) -> Resource {
    span.in_scope(execution_async_resource)
}

fn place(location: Location) -> (&'static str, u32, u32) {
    (location.file(), location.line(), location.column())
}

#[test]
fn a_task_is_of_kind_tokio_task_at_the_line_that_spawned_it() {
    with_layer(|| {
        let task = described(task());
        assert_eq!(task.kind(), "tokio::task");
        assert_eq!(place(task.location()), ("src/server.rs", 12, 5));
    });
}

#[test]
fn a_blocking_job_is_of_kind_tokio_blocking() {
    with_layer(|| {
        let job = described(trace_span!(
            target: "tokio::task::blocking",
            "runtime.spawn",
            kind = %"blocking",
            task.name = %"",
            task.id = 8_u64,
            "fn" = %"server::hash",
            loc.file = "src/hash.rs",
            loc.line = 4_u32,
            loc.col = 1_u32,
        ));
        assert_eq!(job.kind(), "tokio::blocking");
        assert_eq!(place(job.location()), ("src/hash.rs", 4, 1));
    });
}

#[test]
fn trigger_of_a_task_is_what_executes_though_the_span_is_a_root() {
    with_layer(|| {
        let request = info_span!("request");
        assert_eq!(request.in_scope(task).trigger_async_id(), request.async_id());
        let job = AsyncResource::new("job");
        assert_eq!(job.run_in_async_scope(task).trigger_async_id(), Some(job.async_id()));
    });
}

#[test]
fn timers_and_locks_are_of_their_types_kind_at_the_line_that_made_them() {
    with_layer(|| {
        for (concrete_type, kind) in [
            ("Sleep", "tokio::Sleep"),
            ("Interval", "tokio::Interval"),
            ("Mutex", "tokio::Mutex"),
            ("RwLock", "tokio::RwLock"),
            ("Semaphore", "tokio::Semaphore"),
            ("Barrier", "tokio::Barrier"),
            ("Sender|Receiver", "tokio::Sender|Receiver"),
        ] {
            let resource = described(resource(concrete_type));
            assert_eq!(resource.kind(), kind);
            assert_eq!(place(resource.location()), ("src/state.rs", 3, 9));
        }
    });
}

#[test]
fn a_type_that_tokio_may_add_is_named_once_for_the_process() {
    with_layer(|| {
        let here = described(resource("Turnstile")).kind();
        let subscriber = tracing::dispatcher::get_default(Clone::clone);
        let make = || tracing::dispatcher::with_default(&subscriber, || described(resource("Turnstile")).kind());
        let on_another_thread = std::thread::scope(|scope| scope.spawn(make).join().unwrap());
        assert_eq!(here, "tokio::Turnstile");
        assert!(std::ptr::eq(here, on_another_thread));
    });
}

#[test]
fn an_operation_is_of_its_types_kind_and_leads_to_what_it_is_an_operation_of() {
    with_layer(|| {
        let mutex = resource("Mutex");
        let lock = mutex.in_scope(|| {
            trace_span!("runtime.resource.async_op", source = "Mutex::lock", inherits_child_attrs = false)
        });
        assert_eq!(lock.trigger_async_id(), mutex.async_id());
        assert_eq!(described(lock).kind(), "tokio::Mutex");

        let sleep = resource("Sleep");
        let timeout = trace_span!(parent: &sleep, "runtime.resource.async_op", source = "Sleep::new_timeout");
        assert_eq!(timeout.trigger_async_id(), sleep.async_id());
        assert_eq!(described(timeout).kind(), "tokio::Sleep");
    });
}

#[test]
fn a_span_of_the_programs_own_may_bear_one_of_these_names() {
    with_layer(|| {
        assert_eq!(described(info_span!("runtime.spawn")).kind(), "runtime.spawn");
        assert_eq!(described(info_span!("runtime.resource")).kind(), "runtime.resource");
        let line = line!() + 1;
        let operation = described(info_span!("runtime.resource.async_op"));
        assert_eq!((operation.kind(), operation.location().line()), ("runtime.resource.async_op", line));
    });
}

#[test]
fn a_task_whose_line_tokio_does_not_tell_is_at_the_line_of_its_span() {
    with_layer(|| {
        let line = line!() + 1;
        let task = described(trace_span!(target: "tokio::task", "runtime.spawn", kind = %"task"));
        assert_eq!((task.kind(), task.location().file(), task.location().line()), ("tokio::task", file!(), line));
    });
}
