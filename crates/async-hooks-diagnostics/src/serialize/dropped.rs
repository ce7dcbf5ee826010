//! Futures that were dropped before they were done.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::dropped::cancellation::{CancelCause, Cancellation};
use crate::dropped::cancellation_report::CancellationReport;
use crate::dropped::cancelled_group::CancelledGroup;
use crate::serialize::parts::{ChainFields, LabelMap, LocationFields, ResourceFields};

impl Serialize for CancelCause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            CancelCause::Dropped => "dropped",
            CancelCause::Panicked => "panicked",
            CancelCause::Unwound => "unwound",
        })
    }
}

impl Serialize for Cancellation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            #[serde(flatten)]
            resource: ResourceFields,
            label: Option<&'a str>,
            by: ResourceFields,
            ending: CancelCause,
            age_seconds: f64,
            #[serde(flatten)]
            chain: ChainFields,
        }
        let fields = Fields {
            resource: (&self.resource()).into(),
            label: self.label(),
            by: (&self.by()).into(),
            ending: self.ending(),
            age_seconds: self.age().as_secs_f64(),
            chain: self.whole_chain().into(),
        };
        fields.serialize(serializer)
    }
}

impl Serialize for CancelledGroup {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            count: usize,
            kind: &'static str,
            location: LocationFields,
            ending: CancelCause,
            by: ResourceFields,
            age_seconds: f64,
            example: u64,
            labels: LabelMap<'a>,
            other_labels: usize,
            #[serde(flatten)]
            chain: ChainFields,
        }
        let latest = &self.latest;
        let fields = Fields {
            count: self.count(),
            kind: self.kind(),
            location: self.location().into(),
            ending: self.ending(),
            by: (&self.by()).into(),
            age_seconds: latest.age().as_secs_f64(),
            example: latest.resource().async_id().as_u64(),
            labels: LabelMap(&self.labels),
            other_labels: self.other_labels(),
            chain: self.whole_chain().into(),
        };
        fields.serialize(serializer)
    }
}

impl Serialize for CancellationReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            count: usize,
            uncounted: usize,
            groups: &'a [CancelledGroup],
            /// The number of ends by kind.
            unjudged: &'a BTreeMap<&'static str, usize>,
        }
        let fields = Fields {
            count: self.count(),
            uncounted: self.uncounted(),
            groups: self.groups(),
            unjudged: &self.unjudged,
        };
        fields.serialize(serializer)
    }
}
