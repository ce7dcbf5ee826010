use std::time::{Duration, Instant};

use async_hooks_core::{AsyncLocal, AsyncResource};
use async_hooks_diagnostics::{ContextWatch, LeakDetector};
use async_hooks_metrics::Metrics;
use async_hooks_recorder::FlightRecorder;

use crate::exporter::publish;

#[test]
fn what_leaks_is_published_and_zero_when_it_leaks_no_more() {
    let detector = LeakDetector::builder().older_than(Duration::ZERO).build();
    let metrics = Metrics::builder().leaks(&detector).build();
    let _enabled = (detector.enable_scoped(), metrics.enable_scoped());
    let leak = AsyncResource::new("leaking");
    assert_eq!(publish(&metrics).sum("leaks", "leaking"), 1.0);
    drop(leak);
    let published = publish(&metrics);
    assert_eq!(published.of("leaks", "leaking").count(), 1);
    assert_eq!(published.sum("leaks", "leaking"), 0.0);
}

#[test]
fn a_poll_that_blocks_is_counted_when_it_ends() {
    let metrics = Metrics::builder().blocked_polls(Duration::from_millis(5)).build();
    let _enabled = metrics.enable_scoped();
    let resource = AsyncResource::new("blocking");
    futures::executor::block_on(resource.scope(async { work(Duration::from_millis(20)) }));
    let published = wait_for(|| Some(publish(&metrics)).filter(|now| now.sum("blocked_polls_total", "blocking") > 0.0));
    assert_eq!(published.sum("blocked_polls_total", "blocking"), 1.0);
}

#[test]
fn lost_contexts_and_losses_of_the_recorder_have_series() {
    static USER: AsyncLocal<String> = AsyncLocal::new().named("user");
    let (watch, recorder) = (ContextWatch::of(&USER).build(), FlightRecorder::builder().build());
    let metrics = Metrics::builder().lost_contexts(&watch).recorder(&recorder).build();
    let published = publish(&metrics);
    let names =
        Vec::from_iter(published.0.keys().filter(|(_, labels)| !labels.contains_key("kind")).map(|(name, _)| &**name));
    assert_eq!(
        names,
        [
            "async_hooks_contexts_lost_total",
            "async_hooks_recorder_lost_total",
            "async_hooks_recorder_overwritten_total",
        ]
    );
}

/// Keeps the thread for a while.
pub(crate) fn work(time: Duration) {
    // The clock starts here, inside the poll: the thread may wait for a processor before it.
    let start = Instant::now();
    while start.elapsed() < time {}
}

/// The reports of blocked polls come from a thread of their own.
fn wait_for<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "no answer");
        std::thread::yield_now();
    }
}
