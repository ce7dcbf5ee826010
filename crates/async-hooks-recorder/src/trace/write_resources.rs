//! Writes the sequence of the resources: their tracks, and the counters of who is alive.

use std::io::{self, Write};

use async_hooks_core::AsyncId;

use crate::model::lifetime::Lifetime;
use crate::model::recording::Contents;
use crate::time::timestamp::Timestamp;
use crate::trace::alive_counts::curves;
use crate::trace::layout::{Layout, NamedTrack, begin_of};
use crate::trace::schema::{Category, Key, event, packet, track};
use crate::trace::sequence::{Annotate as _, EventToWrite, Packets, Sequence};
use crate::trace::tracks::{self, PROCESS};

const SEQUENCE: u64 = 2;

/// What happens at a moment. A life begins before it ends, if both is at once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Item {
    Begin(usize),
    End(usize),
    Alive { curve: usize, alive: u64 },
}

pub(crate) fn write_resources<W: Write>(packets: &mut Packets<W>, contents: &Contents) -> io::Result<()> {
    let lifetimes = &contents.lifetimes;
    let curves = curves(contents);
    let mut items = Vec::with_capacity(2 * lifetimes.len());
    for (place, life) in lifetimes.iter().enumerate() {
        items.push((begin_of(life, contents), Item::Begin(place)));
        items.extend(life.end.map(|end| (end, Item::End(place))));
    }
    for (number, (kind, points)) in curves.iter().enumerate() {
        write_counter(packets, number, kind)?;
        let item = |alive| Item::Alive { curve: number, alive };
        items.extend(points.iter().map(|point| (point.at, item(point.alive))));
    }
    items.sort_unstable();

    let layout = Layout::of(contents);
    let mut tracks = ResourceTracks::new(&layout);
    let start = items.first().map_or(contents.interval.start(), |(at, _)| *at);
    let mut sequence = Sequence::begin(packets, SEQUENCE, start, PROCESS)?;
    for (at, item) in items {
        match item {
            Item::Begin(place) => {
                let track = tracks.write(packets, place)?;
                write_begin(packets, &mut sequence, at, track, &lifetimes[place])?;
            }
            Item::End(place) => {
                let track = tracks::resource(layout.of_resources[place]);
                sequence.event(packets, at, &EventToWrite::end().on(track), |_| ())?;
            }
            Item::Alive { curve, alive } => {
                let what = EventToWrite::counter().on(tracks::counter(curve));
                sequence.event(packets, at, &what, |event| event.int(event::COUNTER_VALUE, alive as i64))?;
            }
        }
    }
    Ok(())
}

fn write_begin<'a, W: Write>(
    packets: &mut Packets<W>,
    sequence: &mut Sequence<'a>,
    at: Timestamp,
    track: u64,
    life: &'a Lifetime,
) -> io::Result<()> {
    let what = EventToWrite::begin(Category::Resource, life.kind()).on(track).at_site(&life.site);
    sequence.event(packets, at, &what, |event| {
        event.number(Key::AsyncId, life.async_id.as_u64());
        event.number(Key::Trigger, life.trigger.map_or(0, AsyncId::as_u64));
        event.number(Key::Column, life.column().into());
        if let Some(label) = &life.label {
            event.note(Key::Label, label);
        }
        event.flag(Key::Resolved, life.is_resolved);
        event.flag(Key::StartUnknown, life.start.is_none());
    })
}

/// The tracks of the resources: each is described once, after the one that it is below.
struct ResourceTracks<'a> {
    layout: &'a Layout,
    is_written: Vec<bool>,
}

impl ResourceTracks<'_> {
    fn new(layout: &Layout) -> ResourceTracks<'_> {
        ResourceTracks { layout, is_written: vec![false; layout.tracks.len()] }
    }

    /// Describes the track of a resource, and those that it is below. Returns its number.
    fn write<W: Write>(&mut self, packets: &mut Packets<W>, place: usize) -> io::Result<u64> {
        let track = self.layout.of_resources[place];
        let mut missing = Vec::new();
        let mut next = Some(track);
        while let Some(track) = next.filter(|track| !self.is_written[*track]) {
            self.is_written[track] = true;
            missing.push(track);
            next = self.layout.tracks[track].parent;
        }
        for track in missing.into_iter().rev() {
            let NamedTrack { name, parent } = &self.layout.tracks[track];
            packets.packet(|packet| {
                packet.message(packet::TRACK_DESCRIPTOR, |message| {
                    message.uint(track::UUID, tracks::resource(track));
                    message.text(track::NAME, name);
                    message.uint(track::PARENT, parent.map_or(PROCESS, tracks::resource));
                    message.uint(track::SIBLING_MERGE, track::MERGE_NONE);
                });
            })?;
        }
        Ok(tracks::resource(track))
    }
}

fn write_counter<W: Write>(packets: &mut Packets<W>, number: usize, kind: &str) -> io::Result<()> {
    packets.packet(|packet| {
        packet.message(packet::TRACK_DESCRIPTOR, |message| {
            message.uint(track::UUID, tracks::counter(number));
            message.text(track::NAME, &format!("alive: {kind}"));
            message.uint(track::PARENT, PROCESS);
            message.message(track::COUNTER, |counter| counter.uint(track::COUNTER_UNIT, track::UNIT_COUNT));
        });
    })
}
