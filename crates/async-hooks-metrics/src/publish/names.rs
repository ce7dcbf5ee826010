//! The names of the series that need no feature, and what each says.

use metrics::Unit;

use crate::publish::series::Series;

pub(crate) const ALIVE: &str = "async_hooks_resources_alive";
pub(crate) const CREATED: &str = "async_hooks_resources_created_total";
pub(crate) const ENDED: &str = "async_hooks_resources_ended_total";
pub(crate) const CANCELLED: &str = "async_hooks_resources_cancelled_total";
pub(crate) const BUSY: &str = "async_hooks_busy_seconds_total";
pub(crate) const POLLS: &str = "async_hooks_poll_duration_seconds";
pub(crate) const DELAYS: &str = "async_hooks_scheduling_delay_seconds";

pub(crate) fn describe(series: &Series<'_>) {
    series.describe_gauge(ALIVE, "Async resources that live now.");
    series.describe_counter(CREATED, Unit::Count, "Async resources that were created.");
    series.describe_counter(ENDED, Unit::Count, "Async resources that ended, by how.");
    series.describe_counter(CANCELLED, Unit::Count, "Futures that were dropped before they were done.");
    series.describe_counter(BUSY, Unit::Seconds, "Time that polls and calls took.");
    series.describe_histogram(POLLS, "How long a poll or call took.");
    series.describe_histogram(DELAYS, "How long a resource waited to be polled after its wake or creation.");
}
