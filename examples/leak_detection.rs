//! Leaks: what leaks, for which request, and from which line.
//!
//! A detector finds a task that outlives its request, and a cache that grows between two moments. A registry shows
//! every live resource, each below its trigger.
//!
//! ```text
//! 1 leak in 1 group
//!   1  tokio::task  examples/leak_detection.rs:32:9  56 µs old  orphaned
//!      id 6
//!      label /orders/21 × 1
//!      └─ triggered by request 4, gone, made at examples/leak_detection.rs:38:72
//!         └─ triggered by root 1
//! …
//! ```
//!
//! Node: `why-is-node-running` and heap snapshots, compared.

use std::error::Error;
use std::future::pending;
use std::time::Duration;

use async_hooks::diagnostics::{LeakDetector, Registry, Report as _};
use async_hooks::prelude::*;
use async_hooks::tokio::spawn;

static PATH: AsyncLocal<String> = AsyncLocal::new();

/// Answers, and forgets a task on the way.
async fn handle(forgets: bool) {
    spawn(async {}).await.unwrap_or_default();
    if forgets {
        spawn(pending::<()>());
    }
}

async fn request(path: &str) {
    // Made inside the scope: a resource captures its context where it is made.
    let request = async { async { handle(path == "/orders/21").await }.in_async_resource("request").await };
    PATH.scope(path.to_owned(), request).await;
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let detector = LeakDetector::builder().older_than(Duration::from_secs(60)).label_with(|| PATH.get()).build();
    detector.enable();
    let registry = Registry::new();
    registry.enable();

    for path in ["/orders/11", "/orders/21", "/orders/31"] {
        request(path).await;
    }
    // Not a minute old, but orphaned: the request that caused it is answered.
    let report = detector.report();
    report.print();
    let [leak] = report.leaks() else { return Err("expected one leak".into()) };
    assert_eq!((leak.kind(), leak.count(), leak.is_orphan()), ("tokio::task", 1, true));
    assert!(leak.location().file().ends_with("leak_detection.rs"));
    assert_eq!(leak.chain()[0].kind(), "request");
    assert_eq!(leak.labels().collect::<Vec<_>>(), [("/orders/21", 1)]);

    println!("\nWhat grew?\n");
    let before = detector.snapshot();
    let cache: Vec<_> = (0..1_000).map(|_| AsyncResource::new("cache entry")).collect();
    let growth = detector.since(&before);
    growth.print();
    assert_eq!((growth.groups()[0].kind(), growth.groups()[0].now()), ("cache entry", 1_000));
    drop(cache);

    println!("\nWho is alive?\n");
    let tree = registry.tree();
    tree.print();
    assert_eq!(tree.len(), 1);
    Ok(())
}
