//! The page that Prometheus reads has the series of the one in `fixtures`.
//!
//! `promtool check metrics` had nothing to say about that one.
//! `METRICS_PAGE=<file>` writes the page as it is now.

#![cfg(all(feature = "diagnostics", feature = "recorder"))]
#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;
use std::time::{Duration, Instant};

use async_hooks_core::{AsyncLocal, AsyncResource, FutureExt as _};
use async_hooks_diagnostics::{ContextWatch, LeakDetector};
use async_hooks_metrics::Metrics;
use async_hooks_recorder::FlightRecorder;
use futures::executor::block_on;
use metrics_exporter_prometheus::PrometheusBuilder;

static USER: AsyncLocal<String> = AsyncLocal::new().named("user");

const CHECKED: &str = include_str!("fixtures/page.txt");

/// Everything that is counted happens once.
///
/// It is published until the report of the blocked poll has come.
fn page() -> String {
    let (watch, recorder) = (ContextWatch::of(&USER).build(), FlightRecorder::builder().build());
    let leaks = LeakDetector::builder().older_than(Duration::ZERO).build();
    let settings = Metrics::builder().leaks(&leaks).blocked_polls(Duration::from_millis(5));
    let metrics = settings.lost_contexts(&watch).recorder(&recorder).build();
    let _enabled = (leaks.enable_scoped(), watch.enable_scoped(), recorder.enable_scoped(), metrics.enable_scoped());

    let _leak = AsyncResource::new("leaking \"\\\n\u{202e}");
    for is_done in [true, false] {
        let job = poll_fn(move |_| if is_done { Poll::Ready(()) } else { Poll::Pending });
        let mut job = Box::pin(job.in_async_resource("job"));
        let _ = block_on(poll_fn(|cx| Poll::Ready(job.as_mut().poll(cx))));
    }
    let panics =
        poll_fn(|_| -> Poll<()> { std::panic::resume_unwind(Box::new("on purpose")) }).in_async_resource("job");
    assert!(catch_unwind(AssertUnwindSafe(|| block_on(panics))).is_err());
    // The clock starts inside the poll: the thread may wait for a processor before it.
    block_on(AsyncResource::new("blocking").scope(async {
        let start = Instant::now();
        while start.elapsed().as_millis() < 20 {}
    }));

    let exporter = PrometheusBuilder::new().build_recorder();
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(10) {
        metrics::with_local_recorder(&exporter, || metrics.flush());
        let page = exporter.handle().render();
        if page.contains("async_hooks_blocked_polls_total{kind=\"blocking\"") {
            break;
        }
        std::thread::yield_now();
    }
    exporter.handle().render()
}

/// The lines about names, and each series without its site and value.
fn shape(page: &str) -> BTreeSet<String> {
    let of_series = |line: &str| {
        let labels = line.split_once("site=\"").and_then(|(before, rest)| Some((before, rest.split_once('"')?.1)));
        let series = labels.map_or(line.to_owned(), |(before, after)| format!("{before}site=\"…\"{after}"));
        series.rsplit_once(' ').map_or(String::new(), |(series, _)| series.to_owned())
    };
    let lines = page.lines().filter(|line| !line.is_empty() && !is_of_a_late_thread(line));
    lines.map(|line| if line.starts_with('#') { line.to_owned() } else { of_series(line) }).collect()
}

/// Whether it counts a poll that has blocked nothing.
///
/// Its thread was without a processor for 5 ms.
fn is_of_a_late_thread(line: &str) -> bool {
    line.starts_with("async_hooks_blocked_polls_total{") && !line.contains("kind=\"blocking\"")
}

#[test]
fn the_page_has_the_series_that_promtool_has_checked() {
    let page = page();
    if let Some(file) = std::env::var_os("METRICS_PAGE") {
        std::fs::write(file, &page).unwrap();
    }
    let (now, checked) = (shape(&page), shape(CHECKED));
    assert_eq!(now.difference(&checked).collect::<Vec<_>>(), [""; 0], "new since it was checked");
    assert_eq!(checked.difference(&now).collect::<Vec<_>>(), [""; 0], "gone since it was checked");
}
