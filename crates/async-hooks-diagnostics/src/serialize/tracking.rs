//! What is tracked and carries values.

use serde::{Serialize, Serializer};

use crate::tracking::tracking_report::TrackingReport;
use crate::tracking::tracking_row::TrackingRow;

impl Serialize for TrackingRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            what: &'a str,
            is_tracked: Option<bool>,
            carries_values: Option<bool>,
            remark: Option<&'a str>,
            remedy: Option<&'a str>,
        }
        let fields = Fields {
            what: self.what(),
            is_tracked: self.is_tracked(),
            carries_values: self.carries_values(),
            remark: self.remark(),
            remedy: self.remedy(),
        };
        fields.serialize(serializer)
    }
}

impl Serialize for TrackingReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            runtime: &'a str,
            target: &'a str,
            rows: &'a [TrackingRow],
        }
        Fields { runtime: self.runtime(), target: self.target(), rows: self.rows() }.serialize(serializer)
    }
}
