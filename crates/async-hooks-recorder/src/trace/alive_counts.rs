//! How many resources of each kind are alive, as points of a curve.

use std::collections::BTreeMap;

use crate::model::recording::Contents;
use crate::time::timestamp::Timestamp;

/// A curve has at most about this many points.
const POINTS: u64 = 1_000;

/// The number of kinds that have a curve.
const KINDS: usize = 256;

/// The number of living resources of a kind, from a moment on.
pub(crate) struct Point {
    pub(crate) at: Timestamp,
    pub(crate) alive: u64,
}

/// The curve of each kind.
pub(crate) fn curves(contents: &Contents) -> BTreeMap<&str, Vec<Point>> {
    let mut changes = BTreeMap::<&str, Vec<(Timestamp, i64)>>::new();
    let interval = contents.interval;
    for life in &contents.lifetimes {
        let is_listed = changes.len() < KINDS || changes.contains_key(life.kind());
        if is_listed {
            let of_kind = changes.entry(life.kind()).or_default();
            of_kind.push((life.start.unwrap_or(interval.start()), 1));
            of_kind.extend(life.end.map(|end| (end, -1)));
        }
    }
    let step = (interval.duration().as_nanos() as u64 / POINTS).max(1);
    changes.into_iter().map(|(kind, changes)| (kind, curve(changes, step))).collect()
}

/// Leaves out what changes again within a step.
fn curve(mut changes: Vec<(Timestamp, i64)>, step: u64) -> Vec<Point> {
    changes.sort_unstable();
    let mut points = Vec::new();
    let mut alive = 0_i64;
    for (place, (at, change)) in changes.iter().enumerate() {
        alive += change;
        let next = changes.get(place + 1).map(|(next, _)| next.as_unix_nanos() / step);
        if next != Some(at.as_unix_nanos() / step) {
            points.push(Point { at: *at, alive: u64::try_from(alive).unwrap_or_default() });
        }
    }
    points
}
