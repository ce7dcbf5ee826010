//! Without the feature `tokio` no runtime is tried.

use crate::tracking::origin::ProbeSource;
use crate::tracking::tracking_row::TrackingRow;

#[expect(clippy::unused_async, reason = "with the feature `tokio` it waits for tasks")]
pub(crate) async fn rows(_: &ProbeSource) -> Vec<TrackingRow> {
    vec![TrackingRow::new("tokio::spawn", None).with_remark("not tried without the feature `tokio`")]
}

pub(crate) fn describe() -> String {
    "this thread, without the feature `tokio`".to_owned()
}
