//! The rows of a waterfall: who was on the critical path, and who else was caused.

use async_hooks_core::AsyncId;

use crate::model::lifetime::Lifetime;
use crate::model::recording::Recording;
use crate::replay::critical_path::{CriticalPath, Segment};
use crate::report::chain::Link;
use crate::report::piece::{Activity, Piece, coarse};
use crate::report::words::whom;
use crate::time::time_range::TimeRange;

/// A resource in a waterfall.
pub(crate) struct Row<'a> {
    pub(crate) life: &'a Lifetime,
    /// What it did while the path led through it.
    pub(crate) pieces: Vec<Piece>,
}

/// A waterfall has at most this number of rows.
const ROWS: usize = 12;

/// With more pieces than this, rows are drawn in columns.
const PIECES: usize = 300;
const COLUMNS: u32 = 120;

/// The rows of a path.
///
/// They are its subject, for whom it waited, the cause, and what else the subject caused.
/// Says how many are left out.
pub(crate) fn rows<'a>(
    recording: &'a Recording,
    path: &CriticalPath,
    chain: &[Link<'a>],
    range: TimeRange,
) -> (Vec<Row<'a>>, usize) {
    let Some(subject) = chain.first().map(|link| link.life) else { return (Vec::new(), 0) };
    let mut rows = vec![Row { life: subject, pieces: Vec::new() }];
    collect(recording, path.segments(), subject.async_id, &mut rows);
    add_cause(chain, &mut rows);
    let hidden = add_others(recording, subject, &mut rows);
    if rows.iter().map(|row| row.pieces.len()).sum::<usize>() > PIECES {
        for row in &mut rows {
            row.pieces.sort_by_key(|piece| piece.range.start());
            row.pieces = coarse(&row.pieces, range, COLUMNS);
        }
    }
    (rows, hidden)
}

/// Adds the end of the chain, to which the path may be too deep.
fn add_cause<'a>(chain: &[Link<'a>], rows: &mut Vec<Row<'a>>) {
    let Some(Link { life, range, activity }) = chain.last().copied() else { return };
    if rows.iter().all(|row| row.life.async_id != life.async_id) {
        rows.truncate(ROWS - 1);
        rows.push(Row { life, pieces: vec![Piece { range, activity }] });
    }
}

/// Adds what else the subject caused, while there is room. Returns how many are left out.
fn add_others<'a>(recording: &'a Recording, subject: &Lifetime, rows: &mut Vec<Row<'a>>) -> usize {
    let tree = recording.descendants(subject.async_id);
    let mut others = Vec::from_iter(tree.filter(|other| rows.iter().all(|row| row.life.async_id != other.async_id)));
    let number = others.len();
    others.truncate(ROWS.saturating_sub(rows.len()));
    let hidden = number - others.len();
    rows.extend(others.into_iter().map(|life| Row { life, pieces: Vec::new() }));
    hidden
}

/// Adds what a resource did to its row, and what those did for whom it waited to theirs.
fn collect<'a>(recording: &'a Recording, segments: &[Segment], id: AsyncId, rows: &mut Vec<Row<'a>>) {
    let place = rows.iter().position(|row| row.life.async_id == id);
    let Some(place) = place.or_else(|| add(recording, id, rows)) else { return };
    for segment in segments {
        let range = TimeRange::new(segment.start(), segment.start() + segment.duration());
        rows[place].pieces.push(Piece { range, activity: Activity::of(segment) });
        if let Some(other) = whom(segment) {
            collect(recording, segment.meanwhile(), other, rows);
        }
    }
}

fn add<'a>(recording: &'a Recording, id: AsyncId, rows: &mut Vec<Row<'a>>) -> Option<usize> {
    let life = recording.lifetime(id).filter(|_| rows.len() < ROWS)?;
    rows.push(Row { life, pieces: Vec::new() });
    Some(rows.len() - 1)
}
