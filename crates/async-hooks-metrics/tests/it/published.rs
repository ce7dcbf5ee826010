use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use async_hooks_core::{AsyncResource, FutureExt as _};
use async_hooks_metrics::Metrics;
use futures::executor::block_on;
use futures::future::{FutureExt as _, join};
use metrics_util::debugging::DebugValue;

use crate::exporter::publish;
use crate::other_tools::work;

fn future(kind: &'static str, is_done: bool) -> impl Future<Output = ()> {
    let done = poll_fn(move |_| if is_done { Poll::Ready(()) } else { Poll::Pending });
    done.in_async_resource(kind)
}

#[test]
fn the_living_and_the_ended_are_counted_by_how_they_ended() {
    let metrics = Metrics::builder().build();
    let _enabled = metrics.enable_scoped();
    let living = future("ends", true);
    block_on(future("ends", true));
    drop(future("ends", false));
    let panics = poll_fn(|_| -> Poll<()> { panic!("on purpose") }).in_async_resource("ends");
    assert!(catch_unwind(AssertUnwindSafe(|| block_on(panics))).is_err());

    let published = publish(&metrics);
    assert_eq!(published.sum("resources_alive", "ends"), 1.0);
    assert_eq!(published.sum("resources_created_total", "ends"), 4.0);
    assert_eq!(["resolved", "dropped", "panicked"].map(|ending| published.ended("ends", ending)), [1.0; 3]);
    assert_eq!(published.sum("resources_cancelled_total", "ends"), 1.0);
    drop(living);
    assert_eq!(publish(&metrics).sum("resources_alive", "ends"), 0.0);
}

#[test]
fn what_never_resolves_at_its_line_is_not_cancelled() {
    let metrics = Metrics::builder().build();
    let _enabled = metrics.enable_scoped();
    AsyncResource::new("callback").run_in_async_scope(|| ());
    let published = publish(&metrics);
    assert_eq!(published.ended("callback", "dropped"), 1.0);
    assert_eq!(published.sum("resources_cancelled_total", "callback"), 0.0);
}

#[test]
fn each_poll_is_measured_and_so_is_its_wait() {
    let metrics = Metrics::builder().build();
    let _enabled = metrics.enable_scoped();
    let mut polls = 0;
    let three = poll_fn(move |cx| {
        polls += 1;
        cx.waker().wake_by_ref();
        if polls == 3 { Poll::Ready(()) } else { Poll::Pending }
    });
    block_on(three.in_async_resource("polled"));
    let published = publish(&metrics);
    assert_eq!(published.sum("poll_duration_seconds", "polled"), 3.0);
    // After its creation, and after each wake but the last.
    assert_eq!(published.sum("scheduling_delay_seconds", "polled"), 3.0);
    assert_eq!(publish(&metrics).sum("poll_duration_seconds", "polled"), 0.0, "each is published once");
}

#[test]
fn a_poll_that_works_for_a_while_is_published_with_that_time() {
    let metrics = Metrics::builder().build();
    let _enabled = metrics.enable_scoped();
    AsyncResource::new("works").run_in_async_scope(|| work(Duration::from_millis(20)));
    let published = publish(&metrics);
    let Some((_, DebugValue::Histogram(values))) = published.of("poll_duration_seconds", "works").next() else {
        panic!("no histogram")
    };
    assert!(values[0].into_inner() > 0.018, "{values:?}");
}

#[test]
fn polls_that_nest_and_polls_on_other_threads_are_each_counted() {
    let metrics = Metrics::builder().build();
    let _enabled = metrics.enable_scoped();
    let both = join(future("inner", true), future("inner", true)).in_async_resource("outer");
    thread::spawn(|| block_on(both)).join().unwrap();
    let published = publish(&metrics);
    assert_eq!(published.sum("poll_duration_seconds", "inner"), 2.0);
    assert_eq!(published.sum("poll_duration_seconds", "outer"), 1.0);
}

#[test]
fn counters_go_on_when_it_is_enabled_again_and_the_living_are_forgotten() {
    let metrics = Metrics::builder().build();
    let create = || AsyncResource::new("again");
    let enabled = metrics.enable_scoped();
    let first = create();
    drop(enabled);
    drop(first);
    let _enabled = metrics.enable_scoped();
    let _second = create();
    let published = publish(&metrics);
    assert_eq!(published.sum("resources_created_total", "again"), 2.0);
    assert_eq!(published.sum("resources_alive", "again"), 1.0);
}

#[test]
fn two_handles_count_for_themselves() {
    let (one, other) = (Metrics::builder().build(), Metrics::builder().build());
    let (_one, _other) = (one.enable_scoped(), other.enable_scoped());
    AsyncResource::new("both").run_in_async_scope(|| ());
    for metrics in [one, other] {
        assert_eq!(publish(&metrics).sum("poll_duration_seconds", "both"), 1.0);
    }
}

#[test]
fn an_exporter_that_panics_does_no_harm() {
    struct Bomb(#[expect(dead_code, reason = "an exporter has a size")] u8);
    impl metrics::Recorder for Bomb {
        fn describe_counter(&self, _: metrics::KeyName, _: Option<metrics::Unit>, _: metrics::SharedString) {}
        fn describe_gauge(&self, _: metrics::KeyName, _: Option<metrics::Unit>, _: metrics::SharedString) {}
        fn describe_histogram(&self, _: metrics::KeyName, _: Option<metrics::Unit>, _: metrics::SharedString) {}
        fn register_counter(&self, _: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Counter {
            panic!("on purpose")
        }
        fn register_gauge(&self, _: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Gauge {
            panic!("on purpose")
        }
        fn register_histogram(&self, _: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Histogram {
            panic!("on purpose")
        }
    }
    let metrics = Metrics::builder().build();
    let _enabled = metrics.enable_scoped();
    let waiting = pending::<()>().in_async_resource("unharmed");
    metrics::with_local_recorder(&Bomb(0), || metrics.flush());
    assert!(waiting.now_or_never().is_none());
    assert_eq!(publish(&metrics).sum("resources_created_total", "unharmed"), 1.0);
}
