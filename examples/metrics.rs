//! How many tasks live, wait and are cancelled, by the line that spawns them.
//!
//! ```text
//! async_hooks_resources_alive                 worker  examples/metrics.rs:33:68      2
//! async_hooks_resources_created_total         worker  examples/metrics.rs:33:68      4
//! async_hooks_busy_seconds_total              worker  examples/metrics.rs:33:68      0
//! async_hooks_resources_cancelled_total       worker  examples/metrics.rs:33:68      1
//! ```
//!
//! A program would install an exporter, such as `metrics-exporter-prometheus`, and need no `flush`. tokio: `RuntimeMetrics`, which knows
//! no lines.

use async_hooks::metrics::Metrics;
use async_hooks::tokio::task;
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use tokio::sync::Semaphore;

/// Tasks wait for a permit each; one gets it.
static PERMITS: Semaphore = Semaphore::const_new(1);

async fn work() {
    if let Ok(permit) = PERMITS.acquire().await {
        permit.forget();
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    // The counts belong to this handle, so that the exporter can come later.
    let counts = Metrics::builder().spawn_sites(100).build();
    counts.enable();

    let mut workers = Vec::from_iter((0..4).map(|_| task("worker").spawn(work())));
    workers.remove(0).await.unwrap_or_default();
    workers[0].abort();
    let _ = workers.remove(0).await;

    let exporter = DebuggingRecorder::new();
    metrics::with_local_recorder(&exporter, || counts.flush());

    let mut cancelled = 0;
    for (key, _, _, value) in exporter.snapshotter().snapshot().into_vec() {
        let labels = Vec::from_iter(key.key().labels().map(|label| label.value()));
        let [kind @ "worker", site] = labels[..] else { continue };
        let number = match value {
            DebugValue::Counter(count) => count,
            DebugValue::Gauge(value) => value.into_inner() as u64,
            DebugValue::Histogram(_) => continue,
        };
        println!("{:43} {kind}  {site:28} {number:>3}", key.key().name());
        cancelled += if key.key().name() == "async_hooks_resources_cancelled_total" { number } else { 0 };
    }
    assert_eq!(cancelled, 1);
}
