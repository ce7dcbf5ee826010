//! Hostile kinds.
//!
//! Alone in its process, because they use up the kinds that any handle counts apart.

#[path = "it/exporter.rs"]
mod exporter;

use std::collections::BTreeSet;

use async_hooks_core::AsyncResource;
use async_hooks_metrics::Metrics;

use crate::exporter::publish;

/// Kinds that only a hostile program has: each another, and of letters that break formats.
fn hostile_kinds(count: usize) -> Vec<&'static str> {
    (0..count).map(|number| &*Box::leak(format!("{number}\"}}\n{{\u{1b}[31m").into_boxed_str())).collect()
}

#[test]
fn hostile_kinds_and_sites_raise_the_number_of_series_to_the_limit_and_no_further() {
    let metrics = Metrics::builder().spawn_sites(10).build();
    let _enabled = metrics.enable_scoped();
    for kind in hostile_kinds(1_000) {
        AsyncResource::new(kind).run_in_async_scope(|| ());
    }
    let published = publish(&metrics);
    let kinds = BTreeSet::from_iter(published.0.keys().filter_map(|(_, labels)| labels.get("kind")));
    assert!(kinds.len() <= 65, "{}", kinds.len());
    let of_name = |name: &str| published.0.keys().filter(|(known, _)| known == name).count();
    assert!(of_name("async_hooks_resources_created_total") <= 10 + 65);
    assert!(of_name("async_hooks_poll_duration_seconds") <= 65);
    let created: f64 = kinds.iter().map(|kind| published.sum("resources_created_total", kind)).sum();
    assert!(created >= 1_000.0, "none is left out: {created}");
}
