//! The living, as a list, as a tree and as a dump.

use serde::{Serialize, Serializer};

use crate::alive::live_resource::LiveResource;
use crate::alive::tree::Tree;
use crate::exit::dump::Dump;
use crate::serialize::parts::ResourceFields;

impl Serialize for LiveResource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            #[serde(flatten)]
            resource: ResourceFields,
            label: Option<&'a str>,
            is_orphan: bool,
            age_seconds: f64,
            polls: u64,
            busy_seconds: f64,
            last_polled_seconds_ago: Option<f64>,
            is_executing: bool,
        }
        let fields = Fields {
            resource: ResourceFields::from(&self.resource()),
            label: self.label(),
            is_orphan: self.is_orphan(),
            age_seconds: self.age().as_secs_f64(),
            polls: self.polls(),
            busy_seconds: self.busy().as_secs_f64(),
            last_polled_seconds_ago: self.last_polled_ago().map(|ago| ago.as_secs_f64()),
            is_executing: self.is_executing(),
        };
        fields.serialize(serializer)
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Kind {
            kind: &'static str,
            count: usize,
        }
        #[derive(Serialize)]
        struct Fields<'a> {
            count: usize,
            kinds: Vec<Kind>,
            resources: &'a [LiveResource],
        }
        let kinds = self.kinds().into_iter().map(|(kind, count)| Kind { kind, count }).collect();
        Fields { count: self.len(), kinds, resources: self.resources() }.serialize(serializer)
    }
}

impl Serialize for Dump {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            reason: String,
            executing: usize,
            tree: &'a Tree,
        }
        Fields { reason: self.reason(), executing: self.executing().len(), tree: self.tree() }.serialize(serializer)
    }
}
