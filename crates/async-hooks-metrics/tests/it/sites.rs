use async_hooks_core::AsyncResource;
use async_hooks_metrics::Metrics;

use crate::exporter::publish;

#[test]
fn sites_beyond_the_limit_are_other_and_each_is_counted() {
    let metrics = Metrics::builder().spawn_sites(0).build();
    let _enabled = metrics.enable_scoped();
    let _living = [AsyncResource::new("beyond"), AsyncResource::new("beyond")];
    let published = publish(&metrics);
    let sites = Vec::from_iter(published.of("resources_created_total", "beyond").map(|(labels, _)| &*labels["site"]));
    assert_eq!((sites, published.sum("resources_created_total", "beyond")), (vec!["other"], 2.0));
}

#[test]
fn a_site_is_the_line_that_creates() {
    let metrics = Metrics::builder().build();
    let _enabled = metrics.enable_scoped();
    let resource = AsyncResource::new("placed");
    let published = publish(&metrics);
    let (labels, _) = published.of("resources_created_total", "placed").next().unwrap();
    assert_eq!(labels["site"], resource.resource().location().to_string());
}
