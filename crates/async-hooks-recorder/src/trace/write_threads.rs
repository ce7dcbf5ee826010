//! Writes a sequence for each thread: polls, and what happened in between.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use async_hooks_core::{AsyncId, AttributeValue};

use crate::model::recording::Contents;
use crate::model::thread::Thread;
use crate::time::timestamp::Timestamp;
use crate::trace::message::Message;
use crate::trace::schema::{Category, Key, annotation, event, packet, track};
use crate::trace::sequence::{Annotate as _, EventToWrite, Packets, Sequence};
use crate::trace::thread_order::{At, Instant, Step, ThreadItems, goes_on};
use crate::trace::tracks::{self, PROCESS};

const FIRST_SEQUENCE: u64 = 16;

/// Threads by their numbers and names, with their events.
type Threads<'a> = BTreeMap<(u32, &'a str), (&'a Arc<Thread>, ThreadItems)>;

pub(crate) fn write_threads<W: Write>(packets: &mut Packets<W>, contents: &Contents) -> io::Result<()> {
    let flows = Flows::new(contents);
    let mut next_track = 0;
    for (sequence, (thread, items)) in (FIRST_SEQUENCE..).zip(threads(contents).into_values()) {
        let Some(first) = items.first(contents) else { continue };
        let mut writer = ThreadWriter {
            packets,
            contents,
            flows: &flows,
            tracks: vec![tracks::thread(next_track)],
            next_track: next_track + 1,
        };
        writer.describe(thread)?;
        let mut sequence = Sequence::begin(writer.packets, sequence, first, writer.tracks[0])?;
        items.visit(contents, |at, step| writer.write(&mut sequence, at, &step))?;
        next_track = writer.next_track;
    }
    Ok(())
}

fn threads(contents: &Contents) -> Threads<'_> {
    let mut threads = Threads::new();
    for (life, lifetime) in contents.lifetimes.iter().enumerate() {
        if let (Some(thread), Some(start)) = (&lifetime.created_on, lifetime.start) {
            items_of(&mut threads, thread).instants.push((start, Instant::Spawn(life)));
        }
        for (index, poll) in lifetime.polls.iter().enumerate() {
            items_of(&mut threads, &poll.thread).polls.push(At { life, index });
        }
        for (index, wake) in lifetime.wakes.iter().enumerate() {
            items_of(&mut threads, &wake.thread).instants.push((wake.at, Instant::Wake(At { life, index })));
        }
        for (index, attribute) in lifetime.attributes.iter().enumerate() {
            let instant = Instant::Attribute(At { life, index });
            items_of(&mut threads, &attribute.thread).instants.push((attribute.at, instant));
        }
    }
    for (index, line) in contents.logs.iter().enumerate() {
        items_of(&mut threads, &line.thread).instants.push((line.at, Instant::Log(index)));
    }
    threads
}

fn items_of<'t, 'a>(threads: &'t mut Threads<'a>, thread: &'a Arc<Thread>) -> &'t mut ThreadItems {
    &mut threads.entry((thread.number, &thread.name)).or_insert_with(|| (thread, ThreadItems::default())).1
}

/// The numbers of the flows.
///
/// Each poll has one from the wake before it, and each resource one from its spawn.
struct Flows {
    /// The first number of each resource, for its spawn; those of its polls follow.
    firsts: Vec<u64>,
}

impl Flows {
    fn new(contents: &Contents) -> Flows {
        let mut next = 1;
        let first = |polls: usize| {
            let first = next;
            next += polls as u64 + 1;
            first
        };
        Flows { firsts: contents.lifetimes.iter().map(|life| life.polls.len()).map(first).collect() }
    }

    fn of_spawn(&self, life: usize) -> u64 {
        self.firsts[life]
    }

    fn of_poll(&self, poll: At) -> u64 {
        self.firsts[poll.life] + 1 + poll.index as u64
    }
}

struct ThreadWriter<'w, 'a, W> {
    packets: &'w mut Packets<W>,
    contents: &'a Contents,
    flows: &'w Flows,
    /// The track of each lane.
    tracks: Vec<u64>,
    next_track: usize,
}

impl<'a, W: Write> ThreadWriter<'_, 'a, W> {
    fn describe(&mut self, thread: &Thread) -> io::Result<()> {
        let process = u64::from(self.contents.process);
        self.packets.packet(|packet| {
            packet.message(packet::TRACK_DESCRIPTOR, |message| {
                message.uint(track::UUID, self.tracks[0]);
                message.uint(track::PARENT, PROCESS);
                message.message(track::THREAD, |message| {
                    message.uint(track::PID, process);
                    message.uint(track::TID, process + u64::from(thread.number));
                    message.text(track::THREAD_NAME, &thread.name);
                });
            });
        })
    }

    fn write(&mut self, sequence: &mut Sequence<'a>, at: Timestamp, step: &Step) -> io::Result<()> {
        match *step {
            Step::Begin { poll, lane } => self.begin(sequence, at, poll, lane),
            Step::End { lane } => {
                sequence.event(self.packets, at, &on_lane(EventToWrite::end(), lane, &self.tracks), |_| ())
            }
            Step::Instant(Instant::Spawn(life)) => self.spawn(sequence, at, life),
            Step::Instant(Instant::Wake(wake)) => self.wake(sequence, at, wake),
            Step::Instant(Instant::Attribute(attribute)) => self.attribute(sequence, at, attribute),
            Step::Instant(Instant::Log(line)) => self.log(sequence, at, line),
        }
    }

    fn begin(&mut self, sequence: &mut Sequence<'a>, at: Timestamp, place: At, lane: usize) -> io::Result<()> {
        if lane >= self.tracks.len() {
            self.add_lane()?;
        }
        let life = &self.contents.lifetimes[place.life];
        let poll = &life.polls[place.index];
        let what = on_lane(EventToWrite::begin(Category::Poll, life.kind()), lane, &self.tracks);
        let is_spawned = place.index == 0 && life.created_on.is_some() && life.start.is_some();
        sequence.event(self.packets, at, &what, |event| {
            event.number(Key::AsyncId, life.async_id.as_u64());
            event.flag(Key::Panicked, poll.flags.has_panicked);
            event.flag(Key::Open, poll.flags.is_open && !goes_on(self.contents, poll));
            if is_spawned {
                event.fixed(event::TERMINATING_FLOW_IDS, self.flows.of_spawn(place.life));
            }
            if life.wake_of_poll(place.index).is_some() {
                event.fixed(event::TERMINATING_FLOW_IDS, self.flows.of_poll(place));
            }
        })
    }

    fn spawn(&mut self, sequence: &mut Sequence<'a>, at: Timestamp, place: usize) -> io::Result<()> {
        let life = &self.contents.lifetimes[place];
        sequence.event(self.packets, at, &EventToWrite::instant(Category::Spawn, "spawn"), |event| {
            event.number(Key::AsyncId, life.async_id.as_u64());
            if !life.polls.is_empty() {
                event.fixed(event::FLOW_IDS, self.flows.of_spawn(place));
            }
        })
    }

    fn wake(&mut self, sequence: &mut Sequence<'a>, at: Timestamp, place: At) -> io::Result<()> {
        let life = &self.contents.lifetimes[place.life];
        let wake = &life.wakes[place.index];
        sequence.event(self.packets, at, &EventToWrite::instant(Category::Wake, "wake"), |event| {
            event.number(Key::AsyncId, life.async_id.as_u64());
            event.number(Key::By, wake.by.as_u64());
            if let Some(source) = wake.source.kind() {
                event.note(Key::Source, source);
            }
            if let Some(beside) = wake.beside {
                event.number(Key::Beside, beside.as_u64());
            }
            if let Some(poll) = life.poll_of_wake(place.index) {
                event.fixed(event::FLOW_IDS, self.flows.of_poll(At { life: place.life, index: poll }));
            }
        })
    }

    fn attribute(&mut self, sequence: &mut Sequence<'a>, at: Timestamp, place: At) -> io::Result<()> {
        let life = &self.contents.lifetimes[place.life];
        let attribute = &life.attributes[place.index];
        sequence.event(self.packets, at, &EventToWrite::instant(Category::Attribute, "attribute"), |event| {
            event.number(Key::AsyncId, life.async_id.as_u64());
            event.message(event::ANNOTATIONS, |message| {
                message.text(annotation::NAME, &attribute.name);
                write_value(message, &attribute.value());
            });
            event.flag(Key::Bytes, matches!(attribute.value(), AttributeValue::Bytes(_)));
        })
    }

    fn log(&mut self, sequence: &mut Sequence<'a>, at: Timestamp, place: usize) -> io::Result<()> {
        let line = &self.contents.logs[place];
        sequence.event(self.packets, at, &EventToWrite::instant(Category::Log, "log"), |event| {
            event.number(Key::AsyncId, AsyncId::as_u64(line.async_id));
            event.note(Key::Level, line.level.name());
            event.note(Key::Target, &line.target);
            event.note(Key::Message, &line.message);
        })
    }

    /// Adds a track below the thread's, for polls that overlap others.
    fn add_lane(&mut self) -> io::Result<()> {
        let (uuid, thread) = (tracks::thread(self.next_track), self.tracks[0]);
        self.next_track += 1;
        self.tracks.push(uuid);
        self.packets.packet(|packet| {
            packet.message(packet::TRACK_DESCRIPTOR, |message| {
                message.uint(track::UUID, uuid);
                message.uint(track::PARENT, thread);
                message.text(track::NAME, "overlapping polls");
                message.uint(track::SIBLING_MERGE, track::MERGE_NONE);
            });
        })
    }
}

/// The first lane is the thread's track, which events are on by default.
fn on_lane<'a>(event: EventToWrite<'a>, lane: usize, tracks: &[u64]) -> EventToWrite<'a> {
    if lane == 0 { event } else { event.on(tracks[lane]) }
}

fn write_value(message: &mut Message, value: &AttributeValue<'_>) {
    match *value {
        AttributeValue::Str(text) => message.text(annotation::STRING, text),
        AttributeValue::U64(number) => message.uint(annotation::UINT, number),
        AttributeValue::I64(number) => message.int(annotation::INT, number),
        AttributeValue::F64(number) => message.fixed(annotation::DOUBLE, number.to_bits()),
        AttributeValue::Bool(value) => message.uint(annotation::BOOL, value.into()),
        AttributeValue::Bytes(bytes) => {
            let digits = String::from_iter(bytes.iter().map(|byte| format!("{byte:02x}")));
            message.text(annotation::STRING, &digits);
        }
        _ => message.text(annotation::STRING, ""),
    }
}
