//! What each thread executed, over time.

use std::collections::BTreeMap;
use std::sync::Arc;

use maud::{Markup, html};

use async_hooks_tools::Escaped;

use crate::model::lifetime::Lifetime;
use crate::model::recording::Recording;
use crate::model::thread::Thread;
use crate::report::amount::{Count, Share, Time};
use crate::report::drawing::{Bars, Coordinate, Scale, WIDTH};
use crate::report::palette::KindColours;
use crate::report::zoom::zoomable;
use crate::time::time_range::TimeRange;
use crate::time::timestamp::Timestamp;

/// The height of a thread; the style has the same for the names.
const ROW: usize = 22;
/// The number of threads that are drawn: those that executed most.
const THREADS: usize = 32;
/// Up to this number of polls each is drawn.
const SINGLE: usize = 3_000;
/// With more, each thread is drawn in columns, in shades of how busy it was.
const COLUMNS: usize = 500;
const SHADES: [&str; 4] = ["s0", "s1", "s2", "s3"];

struct Lane<'a> {
    thread: &'a Arc<Thread>,
    polls: Vec<(TimeRange, &'a Lifetime)>,
    /// When it executed anything. Nested polls count once.
    busy: Vec<TimeRange>,
}

/// A row for each thread.
pub(crate) fn threads(recording: &Recording, palette: &KindColours<'_>) -> Markup {
    let interval = recording.interval();
    let scale = Scale::new(interval);
    let (mut lanes, number) = (lanes(recording), recording.lifetimes().map(|life| life.polls.len()).sum());
    let hidden = lanes.len().saturating_sub(THREADS);
    lanes.truncate(THREADS);
    lanes.sort_by_key(|lane| lane.thread.number);
    html! {
        @if number > SINGLE {
            p.more { (Count::of(number)) " polls are too many to draw each: darker is busier." }
        } @else { (palette.legend()) }
        div.rows {
            ol { @for lane in &lanes { li { (Escaped(&lane.thread.name)) " " span.place { "(" (lane.thread.number) ")" } " " span.place { (Share(lane.time(), interval.duration())) " busy" } } } }
            (zoomable(picture(&lanes, scale, palette, number <= SINGLE), scale))
        }
        @if hidden > 0 { p.more { "and " (hidden) " threads that executed less" } }
    }
}

/// All threads, those that executed most first.
fn lanes(recording: &Recording) -> Vec<Lane<'_>> {
    let mut lanes = BTreeMap::<u32, Lane<'_>>::new();
    // A worker of tokio executes all the time that its thread lives; what it executes is of interest.
    for life in recording.lifetimes().filter(|life| !life.is_worker()) {
        for poll in &life.polls {
            let new = || Lane { thread: &poll.thread, polls: Vec::new(), busy: Vec::new() };
            let lane = lanes.entry(poll.thread.number).or_insert_with(new);
            lane.polls.push((TimeRange::new(poll.start, poll.end), life));
        }
    }
    let mut lanes = Vec::from_iter(lanes.into_values());
    lanes.iter_mut().for_each(|lane| lane.join(recording.interval()));
    lanes.sort_by_key(|lane| std::cmp::Reverse(lane.time()));
    lanes
}

impl Lane<'_> {
    /// Joins overlapping polls within a range to when the thread was busy.
    fn join(&mut self, within: TimeRange) {
        self.polls.sort_unstable_by_key(|(range, _)| (range.start(), std::cmp::Reverse(range.end())));
        for (range, _) in &self.polls {
            let (start, end) = (range.start().max(within.start()), range.end().min(within.end()));
            match self.busy.last_mut().filter(|last| start <= last.end()) {
                Some(last) => *last = TimeRange::new(last.start(), last.end().max(end)),
                None if start <= end => self.busy.push(TimeRange::new(start, end)),
                None => {}
            }
        }
    }

    fn time(&self) -> std::time::Duration {
        self.busy.iter().map(TimeRange::duration).sum()
    }

    /// How busy it was in each column, from 0 to 1.
    fn columns(&self, scale: Scale) -> [f64; COLUMNS] {
        let mut columns = [0.0; COLUMNS];
        let width = WIDTH / COLUMNS as f64;
        for range in &self.busy {
            let (from, to) = (scale.x(range.start()) / width, scale.x(range.end()) / width);
            let (first, last) = ((from as usize).min(COLUMNS - 1), (to as usize).min(COLUMNS - 1));
            for (place, column) in columns.iter_mut().enumerate().take(last + 1).skip(first) {
                *column += (to.min(place as f64 + 1.0) - from.max(place as f64)).max(0.0);
            }
        }
        columns
    }
}

fn picture(lanes: &[Lane<'_>], scale: Scale, palette: &KindColours<'_>, is_single: bool) -> Markup {
    let height = lanes.len().max(1) * ROW;
    html! {
        svg viewBox={ "0 0 1000 " (height) } height=(height) preserveAspectRatio="none" role="img" aria-label="What each thread executed over time" {
            @for (place, lane) in lanes.iter().enumerate() {
                rect.idle x="0" y=(place * ROW + 2) width="1000" height=(ROW - 4) {}
                @if is_single { (single(lane, scale, palette, place * ROW)) } @else { (shaded(lane, scale, place * ROW)) }
            }
        }
    }
}

/// Each poll; one inside another is drawn smaller, on top of it.
fn single(lane: &Lane<'_>, scale: Scale, palette: &KindColours<'_>, y: usize) -> Markup {
    let mut open = Vec::<Timestamp>::new();
    html! {
        @for (range, life) in &lane.polls {
            @let inset = {
                open.retain(|end| *end > range.start());
                open.push(range.end());
                2 * open.len().min(4)
            };
            @if let Some((x, width)) = scale.stretch(range.start(), range.end()) {
                rect class=(palette.class(life.kind())) x=(Coordinate(x)) y=(y + inset) width=(Coordinate(width)) height=(ROW - 2 * inset)
                    data-t={ (Escaped(life.kind())) " " (life.async_id) ", " (Time(range.duration())) } {}
            }
        }
    }
}

fn shaded(lane: &Lane<'_>, scale: Scale, y: usize) -> Markup {
    let mut shades = SHADES.map(|_| Bars::default());
    let width = WIDTH / COLUMNS as f64;
    for (place, busy) in lane.columns(scale).into_iter().enumerate() {
        let shade = (busy * SHADES.len() as f64).ceil() as usize;
        let bars = shade.checked_sub(1).and_then(|shade| shades.get_mut(shade.min(SHADES.len() - 1)));
        bars.into_iter().for_each(|bars| bars.push((place as f64 * width, width), y + 2, ROW - 4));
    }
    html! {
        @for (shade, bars) in SHADES.iter().zip(&shades) {
            @if !bars.is_empty() { path class=(shade) d=(bars.path()) {} }
        }
    }
}
