//! On which track each resource is drawn.
//!
//! Each has a track of its own below that of its trigger, so that the tree of causes is the tree of tracks. Perfetto's viewer takes
//! minutes for very many tracks, so the resources of a large recording share lanes, which are grouped by kind. Their triggers are
//! in the annotations then, and the flows lead to them.

use std::collections::BTreeMap;

use crate::model::lifetime::Lifetime;
use crate::model::recording::Contents;
use crate::time::timestamp::Timestamp;
use crate::trace::lanes::{Life, lanes};
use crate::trace::levels::parents;

/// A recording with more resources than this has lanes.
const MAX_OWN_TRACKS: usize = 10_000;

pub(crate) struct Layout {
    /// The track of each resource, by its place.
    pub(crate) of_resources: Vec<usize>,
    pub(crate) tracks: Vec<NamedTrack>,
}

pub(crate) struct NamedTrack {
    pub(crate) name: String,
    /// `None` for the process.
    pub(crate) parent: Option<usize>,
}

impl Layout {
    pub(crate) fn of(contents: &Contents) -> Layout {
        if contents.lifetimes.len() > MAX_OWN_TRACKS {
            Layout::by_lanes(contents)
        } else {
            Layout::by_triggers(&contents.lifetimes)
        }
    }

    fn by_triggers(lifetimes: &[Lifetime]) -> Layout {
        let name = |life: &Lifetime| format!("{} {}", life.kind(), life.async_id);
        let tracks = lifetimes.iter().zip(parents(lifetimes));
        Layout {
            of_resources: (0..lifetimes.len()).collect(),
            tracks: tracks.map(|(life, parent)| NamedTrack { name: name(life), parent }).collect(),
        }
    }

    /// One track for all, below it one for each kind, and below that the lanes of the kind.
    fn by_lanes(contents: &Contents) -> Layout {
        let life = |life| Life { kind: Lifetime::kind(life), begin: begin_of(life, contents), end: life.end };
        let lives = Vec::from_iter(contents.lifetimes.iter().map(life));
        let mut tracks = vec![NamedTrack { name: format!("resources ({})", lives.len()), parent: None }];
        let mut kinds = BTreeMap::new();
        lives.iter().for_each(|life| *kinds.entry(life.kind).or_insert(0) += 1);
        let mut groups = BTreeMap::new();
        for (kind, resources) in kinds {
            groups.insert(kind, (tracks.len(), Vec::new()));
            tracks.push(NamedTrack { name: format!("{kind} ({resources})"), parent: Some(0) });
        }
        let of_resource = |(life, lane): (&Life<'_>, usize)| {
            let (group, of_lanes) = groups.get_mut(life.kind)?;
            while of_lanes.len() <= lane {
                of_lanes.push(tracks.len());
                tracks
                    .push(NamedTrack { name: format!("{} lane {}", life.kind, of_lanes.len()), parent: Some(*group) });
            }
            Some(of_lanes[lane])
        };
        let of_resources = lives.iter().zip(lanes(&lives)).filter_map(of_resource).collect();
        Layout { of_resources, tracks }
    }
}

/// A life that began before the recorder is drawn from where it is known.
pub(crate) fn begin_of(life: &Lifetime, contents: &Contents) -> Timestamp {
    let known = life.known_from().unwrap_or(contents.interval.start());
    life.end.map_or(known, |end| known.min(end))
}
