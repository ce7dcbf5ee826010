//! Without the feature `stream` there is nothing to try.

use crate::tracking::origin::Origin;
use crate::tracking::tracking_row::TrackingRow;

pub(crate) fn rows(_: &Origin) -> Vec<TrackingRow> {
    vec![TrackingRow::new("streams", None).with_remark("not tried without the feature `stream`")]
}
