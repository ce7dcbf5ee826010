//! Spans, with filters of each kind.

use async_hooks::diagnostics::{TrackingReport, tracking_report, tracking_report_of};
use tracing::{Level, Subscriber};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

use crate::{YES, answer, remedy, row, turn};

/// The report of a thread with this subscriber.
fn report(subscriber: impl Subscriber + Send + Sync) -> TrackingReport {
    let _default = tracing::subscriber::set_default(subscriber);
    futures::executor::block_on(tracking_report_of("my_app"))
}

#[test]
fn without_a_subscriber_the_report_names_the_layer() {
    let _turn = turn();
    let report = futures::executor::block_on(tracking_report());
    assert_eq!(answer(&report, "spans"), (None, None));
    assert!(remedy(&report, "spans").contains("async_hooks::tracing::layer()"));
}

#[test]
fn spans_of_all_levels_are_tracked_by_the_layer_alone() {
    let _turn = turn();
    let report = report(tracing_subscriber::registry().with(async_hooks::tracing::layer()));
    for level in ["ERROR", "WARN", "INFO", "DEBUG", "TRACE"] {
        assert_eq!(answer(&report, &format!("span at {level}")), YES);
    }
}

#[test]
fn a_filter_of_the_whole_subscriber_hides_a_span_and_its_values() {
    let _turn = turn();
    let report = report(tracing_subscriber::registry().with(LevelFilter::INFO).with(async_hooks::tracing::layer()));
    assert_eq!(answer(&report, "span at INFO"), YES);
    assert_eq!(
        (answer(&report, "span at DEBUG"), row(&report, "span at DEBUG").remark()),
        ((None, None), Some("filtered out"))
    );
    let remedy = remedy(&report, "span at DEBUG");
    assert!(remedy.contains("my_app=debug") && remedy.contains("in_current_snapshot"), "{remedy}");
}

#[test]
fn a_filter_applies_to_the_target_that_is_asked_about() {
    let _turn = turn();
    let targets = Targets::new().with_target("my_app", Level::DEBUG).with_default(LevelFilter::WARN);
    let report = report(tracing_subscriber::registry().with(async_hooks::tracing::layer()).with(targets.clone()));
    assert_eq!(answer(&report, "span at DEBUG"), YES);
    let _default = tracing::subscriber::set_default(
        tracing_subscriber::registry().with(async_hooks::tracing::layer()).with(targets),
    );
    let other = futures::executor::block_on(tracking_report_of("hyper::proto"));
    assert_eq!((answer(&other, "span at WARN"), answer(&other, "span at DEBUG")), (YES, (None, None)));
}

#[test]
fn a_span_that_the_layer_does_not_see_is_distinguished_from_one_that_does_not_exist() {
    let _turn = turn();
    let seen = tracing_subscriber::fmt::layer().with_writer(std::io::sink);
    let without = report(tracing_subscriber::registry().with(seen));
    let seen = tracing_subscriber::fmt::layer().with_writer(std::io::sink);
    let filtered = async_hooks::tracing::layer().with_filter(LevelFilter::INFO);
    let beside = report(tracing_subscriber::registry().with(filtered).with(seen));
    for report in [&without, &beside] {
        assert_eq!(row(report, "span at TRACE").is_tracked(), Some(false));
        assert!(remedy(report, "span at TRACE").contains("async_hooks::tracing::layer()"), "{report}");
    }
    assert_eq!(answer(&beside, "span at INFO"), YES);
    assert_eq!(row(&without, "span at INFO").is_tracked(), Some(false));
}

#[test]
fn inside_a_span_of_the_program_the_answers_are_the_same() {
    let _turn = turn();
    let _default = tracing::subscriber::set_default(tracing_subscriber::registry().with(async_hooks::tracing::layer()));
    let _entered = tracing::info_span!("request").entered();
    let report = futures::executor::block_on(tracking_report());
    assert_eq!((answer(&report, "span at INFO"), answer(&report, "async_hooks::bind(…)")), (YES, YES));
    assert_eq!(report.target(), "tracking", "the name of this program");
}
