//! Without the feature `stream` there is nothing to try.

use crate::tracking::origin::ProbeSource;
use crate::tracking::tracking_row::TrackingRow;

pub(crate) fn rows(_: &ProbeSource) -> Vec<TrackingRow> {
    vec![TrackingRow::new("streams", None).with_remark("not tried without the feature `stream`")]
}
