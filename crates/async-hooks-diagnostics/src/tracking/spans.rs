//! Spans at each level, with the filters of the subscriber.

use tracing::level_filters::{LevelFilter, STATIC_MAX_LEVEL};
use tracing::subscriber::NoSubscriber;
use tracing::{Metadata, Span, dispatcher};

use crate::tracking::callsites;
use crate::tracking::origin::ProbeSource;
use crate::tracking::tracking_row::TrackingRow;

pub(crate) fn rows(origin: &ProbeSource, target: &str) -> Vec<TrackingRow> {
    if dispatcher::get_default(|dispatch| dispatch.is::<NoSubscriber>()) {
        return vec![TrackingRow::new("spans", None).with_remark("no subscriber here").write(SUBSCRIBER)];
    }
    let Some(sites) = callsites::of_target(target) else {
        return vec![TrackingRow::new("spans", None).with_remark("too many targets were tried in this process")];
    };
    sites.into_iter().map(|site| row(origin, site)).collect()
}

const SUBSCRIBER: &str = "install `tracing_subscriber::registry().with(async_hooks::tracing::layer())`";

fn row(origin: &ProbeSource, site: &'static Metadata<'static>) -> TrackingRow {
    let level = site.level();
    let what = format!("span at {level}");
    let span = origin.make(|| create(site));
    if span.is_none() || span.is_disabled() {
        let (target, directive) = (site.target(), level.as_str().to_lowercase());
        return TrackingRow::new(what, None).with_remark(why_disabled(site)).write(format!(
            "values that must not depend on log filters: `.in_current_snapshot()` on the future; or let `{target}={directive}` pass"
        ));
    }
    let found = span.in_scope(|| origin.probe().look());
    let row = TrackingRow::new(what, Some(found));
    if found.is_tracked {
        return row.or_write("report this: a span that is tracked lacks the values of its creator");
    }
    row.with_remark("enabled, but not for the layer")
        .write("add `.with(async_hooks::tracing::layer())` to the subscriber, without a filter of its own that hides this span")
}

/// As the macros of `tracing` do it.
fn create(site: &'static Metadata<'static>) -> Span {
    let is_enabled = || dispatcher::get_default(|dispatch| dispatch.enabled(site));
    let passes = *site.level() <= STATIC_MAX_LEVEL && *site.level() <= LevelFilter::current();
    if passes && is_enabled() { Span::new(site, &site.fields().value_set(&[])) } else { Span::none() }
}

fn why_disabled(site: &Metadata<'_>) -> &'static str {
    if *site.level() <= STATIC_MAX_LEVEL {
        "filtered out"
    } else {
        "compiled out, by a feature `max_level_…` of tracing"
    }
}
