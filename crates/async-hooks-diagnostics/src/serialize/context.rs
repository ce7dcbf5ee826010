//! Values that got lost, and values that are missing.

use serde::{Serialize, Serializer};

use crate::context::context_loss::{ContextLoss, LossWay};
use crate::context::context_loss_report::ContextLossReport;
use crate::context::loss_point::LossPoint;
use crate::context::missing_context::{End, MissingContext, Step};
use crate::context::provenance::Presence;
use crate::serialize::parts::{LabelMap, LocationFields, ResourceFields};

#[derive(Serialize)]
#[serde(tag = "lost", rename_all = "snake_case")]
enum LossPointFields {
    OutsideResources,
    WithinResource,
    NotInherited { created: ResourceFields },
    EndedBeforeSpawn { creator: ResourceFields, created: ResourceFields },
    NeverSet,
    NotWatched,
}

impl From<LossPoint> for LossPointFields {
    fn from(point: LossPoint) -> LossPointFields {
        match point {
            LossPoint::OutsideResources => LossPointFields::OutsideResources,
            LossPoint::WithinResource => LossPointFields::WithinResource,
            LossPoint::NotInherited { created } => LossPointFields::NotInherited { created: (&created).into() },
            LossPoint::EndedBeforeSpawn { creator, created } => {
                LossPointFields::EndedBeforeSpawn { creator: (&creator).into(), created: (&created).into() }
            }
            LossPoint::NeverSet => LossPointFields::NeverSet,
            LossPoint::NotWatched => LossPointFields::NotWatched,
        }
    }
}

impl Serialize for LossPoint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        LossPointFields::from(*self).serialize(serializer)
    }
}

#[derive(Serialize)]
struct StepFields {
    #[serde(flatten)]
    resource: ResourceFields,
    at_creation: &'static str,
    at_start: &'static str,
}

impl From<&Step> for StepFields {
    fn from(step: &Step) -> StepFields {
        let [at_creation, at_start] = [step.at_creation, step.at_start].map(|presence| match presence {
            Presence::Unknown => "unknown",
            Presence::Present => "present",
            Presence::Missing => "missing",
        });
        StepFields { resource: (&step.resource).into(), at_creation, at_start }
    }
}

impl Serialize for MissingContext {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            local: &'static str,
            read_at: LocationFields,
            thread: &'a str,
            label: Option<&'a str>,
            #[serde(flatten)]
            lost: LossPointFields,
            here_and_creators: Vec<StepFields>,
            end: &'static str,
        }
        let details = &*self.details;
        let fields = Fields {
            local: details.local,
            read_at: details.read_at.into(),
            thread: &details.thread,
            label: self.label(),
            lost: details.lost.into(),
            here_and_creators: details.line.iter().map(StepFields::from).collect(),
            end: if details.end == End::Root { "root" } else { "unknown" },
        };
        fields.serialize(serializer)
    }
}

impl Serialize for ContextLoss {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            count: usize,
            kind: &'static str,
            location: LocationFields,
            way: &'static str,
            example: u64,
            creator: Option<ResourceFields>,
            labels: LabelMap<'a>,
            other_labels: usize,
        }
        let fields = Fields {
            count: self.count(),
            kind: self.kind(),
            location: self.location().into(),
            way: match self.site.way {
                LossWay::NotInherited => "not_inherited",
                LossWay::EndedBeforeSpawn => "ended_before_spawn",
            },
            example: self.example().as_u64(),
            creator: self.creator().as_ref().map(ResourceFields::from),
            labels: LabelMap(&self.tally.labels),
            other_labels: self.other_labels(),
        };
        fields.serialize(serializer)
    }
}

impl Serialize for ContextLossReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            local: &'static str,
            count: usize,
            losses: &'a [ContextLoss],
            started: usize,
        }
        let fields =
            Fields { local: self.local(), count: self.count(), losses: self.losses(), started: self.started() };
        fields.serialize(serializer)
    }
}
