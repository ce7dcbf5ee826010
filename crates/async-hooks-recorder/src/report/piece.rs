//! Pieces of a critical path in colour.

use std::time::Duration;

use crate::replay::critical_path::Segment;
use crate::replay::state::{State, WaitingFor};
use crate::time::time_range::TimeRange;
use crate::time::timestamp::Timestamp;

/// What a resource did, as a colour. The order is that of the classes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Activity {
    Running,
    Queued,
    Task,
    Timer,
    Io,
    Unknown,
    Done,
}

impl Activity {
    pub(crate) const ALL: [Activity; 7] = [
        Activity::Running,
        Activity::Queued,
        Activity::Task,
        Activity::Timer,
        Activity::Io,
        Activity::Unknown,
        Activity::Done,
    ];

    pub(crate) fn of(segment: &Segment) -> Activity {
        Activity::of_state(segment.state(), segment.is_done)
    }

    /// `is_done` says that the future had returned.
    pub(crate) fn of_state(state: &State, is_done: bool) -> Activity {
        match state {
            State::Running { .. } => Activity::Running,
            State::Queued => Activity::Queued,
            State::Waiting { .. } if is_done => Activity::Done,
            State::Waiting { for_whom, .. } => match for_whom {
                WaitingFor::Resource(_) => Activity::Task,
                WaitingFor::Timer => Activity::Timer,
                WaitingFor::Io => Activity::Io,
                WaitingFor::Unknown => Activity::Unknown,
            },
        }
    }

    /// Its class in the style.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Activity::Running => "run",
            Activity::Queued => "queue",
            Activity::Task => "task",
            Activity::Timer => "timer",
            Activity::Io => "io",
            Activity::Unknown => "unknown",
            Activity::Done => "done",
        }
    }

    pub(crate) fn words(self) -> &'static str {
        match self {
            Activity::Running => "running",
            Activity::Queued => "queued: ready, and no thread was free",
            Activity::Task => "waiting for another resource",
            Activity::Timer => "waiting for a timer",
            Activity::Io => "waiting for I/O",
            Activity::Unknown => "waiting, unknown for what",
            Activity::Done => "done, not dropped yet",
        }
    }
}

/// A stretch of one colour.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    pub(crate) range: TimeRange,
    pub(crate) activity: Activity,
}

/// The pieces as at most this number of columns, each with the colour of most of it.
pub(crate) fn coarse(pieces: &[Piece], range: TimeRange, columns: u32) -> Vec<Piece> {
    let width = (range.duration() / columns).max(Duration::from_nanos(1));
    let mut coarse = Vec::<Piece>::new();
    let mut next = 0;
    let mut start = range.start();
    while start < range.end() {
        let column = TimeRange::new(start, (start + width).min(range.end()));
        while pieces.get(next).is_some_and(|piece| piece.range.end() <= column.start()) {
            next += 1;
        }
        if let Some(activity) = longest(&pieces[next..], column) {
            match coarse.last_mut().filter(|last| last.activity == activity && last.range.end() == column.start()) {
                Some(last) => last.range = TimeRange::new(last.range.start(), column.end()),
                None => coarse.push(Piece { range: column, activity }),
            }
        }
        start = column.end();
    }
    coarse
}

/// What takes most of a column.
fn longest(pieces: &[Piece], column: TimeRange) -> Option<Activity> {
    let mut sums = Activity::ALL.map(|activity| (Duration::ZERO, activity));
    for piece in pieces.iter().take_while(|piece| piece.range.start() < column.end()) {
        let sum = sums.iter_mut().find(|(_, activity)| *activity == piece.activity);
        sum.into_iter().for_each(|(sum, _)| *sum += overlap(piece.range, column));
    }
    let longest = sums.into_iter().max_by_key(|(sum, _)| *sum)?;
    (!longest.0.is_zero()).then_some(longest.1)
}

fn overlap(one: TimeRange, other: TimeRange) -> Duration {
    let (start, end): (Timestamp, Timestamp) = (one.start().max(other.start()), one.end().min(other.end()));
    end - start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coarse_columns_cover_what_the_pieces_cover_and_have_the_colour_of_most_of_them() {
        let at = Timestamp::from_unix_nanos;
        let range = |from, to| TimeRange::new(at(from), at(to));
        let piece = |from, to, activity| Piece { range: range(from, to), activity };
        let pieces = [
            piece(0, 40, Activity::Running),
            piece(40, 55, Activity::Queued),
            piece(55, 60, Activity::Running),
            piece(80, 100, Activity::Io),
        ];
        let coarse = coarse(&pieces, range(0, 100), 5);
        let seen = Vec::from_iter(coarse.iter().map(|piece| (piece.range, piece.activity)));
        let expected =
            [(range(0, 40), Activity::Running), (range(40, 60), Activity::Queued), (range(80, 100), Activity::Io)];
        assert_eq!(seen, expected);
    }
}
