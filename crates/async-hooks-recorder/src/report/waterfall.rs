//! One slow resource: its rows as a picture, and the reasons in words.

use maud::{Markup, html};

use crate::model::lifetime::Lifetime;
use crate::model::recording::Recording;
use crate::report::amount::Time;
use crate::report::chain::{Link, chain};
use crate::report::drawing::{Bars, Coordinate, Scale};
use crate::report::notes::{attributes, log};
use crate::report::rows::{Row, rows};
use crate::report::words::{named, reasons};
use crate::report::zoom::zoomable;

/// The height of a row; the style has the same for the names.
const ROW: usize = 22;
/// With this number of polls a resource off the path is drawn as its life alone.
const POLLS: usize = 200;

/// A resource with its critical path.
pub(crate) fn waterfall(recording: &Recording, life: &Lifetime, is_open: bool) -> Markup {
    let path = recording.critical_path(life.async_id);
    let (range, chain) = (recording.range_of(life), chain(recording, life));
    let (rows, hidden) = rows(recording, &path, &chain, range);
    let segments = Vec::from_iter(path.segments().iter());
    html! {
        details.waterfall open[is_open] data-q {
            summary { b { (Time(path.duration())) } " " (named(life)) " " span.verdict { (cause(&chain)) } }
            (attributes(life))
            (reasons(recording, &segments, path.duration(), 1))
            div.rows {
                ol { @for row in &rows { li { (named(row.life)) } } }
                (zoomable(picture(recording, &rows, Scale::new(range)), Scale::new(range)))
            }
            @if hidden > 0 { p.more { "and " (hidden) " more that it caused" } }
            (log(recording, life, &rows))
            @if life.end.is_none() { p.more { "It was alive at the end of the recording." } }
        }
    }
}

/// What took most of the time; behind a wait, what the last one of the chain did.
fn cause(chain: &[Link<'_>]) -> Markup {
    html! {
        @match chain {
            [] => {}
            [own] => { "mostly " (own.activity.words()) }
            [_, .., last] => {
                "mostly waiting, in the end for " (named(last.life)) ": " (Time(last.duration())) " " (last.activity.words())
            }
        }
    }
}

fn picture(recording: &Recording, rows: &[Row<'_>], scale: Scale) -> Markup {
    let height = rows.len() * ROW;
    html! {
        svg viewBox={ "0 0 1000 " (height) } height=(height) preserveAspectRatio="none" role="img" aria-label="Timeline; the same in words is above" {
            @for (place, row) in rows.iter().enumerate() { (drawn(recording, row, scale, place * ROW)) }
        }
    }
}

fn drawn(recording: &Recording, row: &Row<'_>, scale: Scale, y: usize) -> Markup {
    let range = recording.range_of(row.life);
    let life = scale.stretch(range.start(), range.end());
    html! {
        @if let Some((x, width)) = life.filter(|_| row.pieces.is_empty()) {
            rect.life x=(Coordinate(x)) y=(y + 8) width=(Coordinate(width)) height="6"
                data-t={ "off the path, lived " (Time(range.duration())) } {}
            @if let Some(polls) = polls(row.life, scale, y) { path.off d=(polls.path()) {} }
        }
        @for piece in &row.pieces {
            @if let Some((x, width)) = scale.stretch(piece.range.start(), piece.range.end()) {
                rect class=(piece.activity.class()) x=(Coordinate(x)) y=(y + 3) width=(Coordinate(width)) height="16"
                    data-t={ (Time(piece.range.duration())) " " (piece.activity.words()) } {}
            }
        }
    }
}

/// The polls of a resource that is not on the path.
fn polls(life: &Lifetime, scale: Scale, y: usize) -> Option<Bars> {
    let mut bars = Bars::default();
    for poll in life.polls.iter().take(POLLS) {
        scale.stretch(poll.start, poll.end).into_iter().for_each(|stretch| bars.push(stretch, y + 5, 12));
    }
    (!bars.is_empty() && life.polls.len() <= POLLS).then_some(bars)
}
