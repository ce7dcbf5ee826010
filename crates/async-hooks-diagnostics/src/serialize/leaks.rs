//! Leaks and growth.

use serde::{Serialize, Serializer};

use crate::leaks::growth_report::{Growth, GrowthReport};
use crate::leaks::leak::Leak;
use crate::leaks::leak_report::LeakReport;
use crate::serialize::parts::{ChainFields, LabelMap, LocationFields};

impl Serialize for Leak {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            kind: &'static str,
            location: LocationFields,
            count: usize,
            oldest_seconds: f64,
            labels: LabelMap<'a>,
            other_labels: usize,
            backtrace: Option<&'a str>,
            examples: &'a [u64],
            #[serde(flatten)]
            chain: ChainFields,
        }
        let fields = Fields {
            kind: self.kind(),
            location: self.location().into(),
            count: self.count(),
            oldest_seconds: self.oldest().as_secs_f64(),
            labels: LabelMap(&self.labels),
            other_labels: self.other_labels(),
            backtrace: self.backtrace(),
            examples: self.examples(),
            chain: (&self.chain).into(),
        };
        fields.serialize(serializer)
    }
}

impl Serialize for LeakReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            count: usize,
            leaks: &'a [Leak],
            unseen_tasks: usize,
        }
        let fields = Fields { count: self.count(), leaks: self.leaks(), unseen_tasks: self.unseen_tasks() };
        fields.serialize(serializer)
    }
}

impl Serialize for Growth {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields {
            kind: &'static str,
            location: LocationFields,
            before: usize,
            now: usize,
            #[serde(flatten)]
            chain: ChainFields,
        }
        let fields = Fields {
            kind: self.kind(),
            location: self.location().into(),
            before: self.before(),
            now: self.now(),
            chain: (&self.chain).into(),
        };
        fields.serialize(serializer)
    }
}

impl Serialize for GrowthReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            groups: &'a [Growth],
        }
        Fields { groups: self.groups() }.serialize(serializer)
    }
}
