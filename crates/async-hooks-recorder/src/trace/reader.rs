//! Turns the packets of a trace into a recording.

use std::collections::HashMap;
use std::sync::Arc;

use async_hooks_core::AsyncId;

use crate::model::assembler::{Assembler, Description, Frame};
use crate::model::attribute_record::AttributeRecord;
use crate::model::gap::Gap;
use crate::model::id_hash::IdHash;
use crate::model::log_record::{LogLevel, LogRecord};
use crate::model::poll_record::{PollFlags, PollRecord};
use crate::model::recording::{Losses, Recording};
use crate::model::text::Text;
use crate::model::thread::Thread;
use crate::model::wake_record::{WakeRecord, WakeSource};
use crate::time::time_range::TimeRange;
use crate::time::timestamp::Timestamp;
use crate::trace::fields::{Malformed, Read};
use crate::trace::interned::ReadSequence;
use crate::trace::packet::{Event, Packet, Track, number_in, text_in};
use crate::trace::schema::{Category, Key, event, track};

pub(crate) struct Reader {
    process: u32,
    sequences: HashMap<u64, ReadSequence, IdHash>,
    /// The threads, by their tracks and those below.
    threads: HashMap<u64, Arc<Thread>, IdHash>,
    open: HashMap<u64, Vec<OpenTrack>, IdHash>,
    gaps: Vec<(u64, Gap)>,
    into: Assembler,
    resources: u64,
    end: Option<LastPacket>,
    /// Attributes mostly have the same few names.
    names: HashMap<Box<str>, Text>,
}

/// A slice that has begun.
enum OpenTrack {
    Poll { id: AsyncId, start: Timestamp, flags: PollFlags },
    Resource(AsyncId),
    Gap(usize),
}

/// What the last packet says.
struct LastPacket {
    interval: TimeRange,
    losses: Losses,
    resources: u64,
}

impl Reader {
    pub(crate) fn new(process: u32) -> Reader {
        Reader {
            process,
            sequences: HashMap::default(),
            threads: HashMap::default(),
            open: HashMap::default(),
            gaps: Vec::new(),
            into: Assembler::new(),
            resources: 0,
            end: None,
            names: HashMap::new(),
        }
    }

    pub(crate) fn packet(&mut self, bytes: &[u8]) -> Read<()> {
        if self.end.is_some() {
            return Err(Malformed);
        }
        let packet = Packet::read(bytes)?;
        if let Some(track) = packet.track {
            return self.track(&Track::read(track)?);
        }
        if packet.clocks.is_some() {
            let is_new = self.sequences.insert(packet.sequence, ReadSequence::begin(&packet)?).is_none();
            return if is_new { Ok(()) } else { Err(Malformed) };
        }
        let sequence = self.sequences.get_mut(&packet.sequence).ok_or(Malformed)?;
        let at = sequence.advance(packet.timestamp);
        packet.interned.map_or(Ok(()), |data| sequence.intern(data))?;
        let mut event = Event::read(packet.event.ok_or(Malformed)?)?;
        if event.track == 0 {
            event.track = sequence.default_track;
        }
        self.event(packet.sequence, at, &event)
    }

    /// The recording, if the trace is complete.
    pub(crate) fn finish(mut self) -> Read<Recording> {
        let LastPacket { interval, losses, resources } = self.end.take().ok_or(Malformed)?;
        for (track, open) in std::mem::take(&mut self.open) {
            open.into_iter().rev().try_for_each(|open| self.leave_open(track, open, interval.end()))?;
        }
        if self.resources != resources {
            return Err(Malformed);
        }
        self.gaps.sort_by_key(|(track, _)| *track);
        let gaps = self.gaps.into_iter().map(|(_, gap)| gap).collect();
        Ok(self.into.finish(Frame { interval, gaps, losses, process: self.process }))
    }

    fn track(&mut self, track: &Track<'_>) -> Read<()> {
        if let Some(thread) = track.thread {
            let number = number_in(thread, track::TID)?.checked_sub(self.process.into()).ok_or(Malformed)?;
            let number = u32::try_from(number).map_err(|_| Malformed)?;
            let name = text_in(thread, track::THREAD_NAME)?.into();
            self.threads.insert(track.uuid, Arc::new(Thread { number, name }));
        } else if let Some(thread) = self.threads.get(&track.parent) {
            self.threads.insert(track.uuid, Arc::clone(thread));
        }
        Ok(())
    }

    fn event(&mut self, sequence: u64, at: Timestamp, event: &Event<'_>) -> Read<()> {
        match event.event_type {
            event::END => self.end_slice(event.track, at),
            event::COUNTER => Ok(()),
            event::BEGIN | event::INSTANT => {
                match (event.event_type, Category::from_iid(event.category).ok_or(Malformed)?) {
                    (event::BEGIN, Category::Poll) => self.begin_poll(at, event),
                    (event::BEGIN, Category::Resource) => self.begin_resource(sequence, at, event),
                    (event::BEGIN, Category::Gap) => self.begin_gap(at, event),
                    (event::INSTANT, category) => self.instant(category, at, event),
                    _ => Err(Malformed),
                }
            }
            _ => Err(Malformed),
        }
    }

    fn thread(&self, event: &Event<'_>) -> Read<Arc<Thread>> {
        self.threads.get(&event.track).map(Arc::clone).ok_or(Malformed)
    }

    fn open(&mut self, track: u64, open: OpenTrack) {
        self.open.entry(track).or_default().push(open);
    }

    fn begin_poll(&mut self, at: Timestamp, event: &Event<'_>) -> Read<()> {
        let flags = PollFlags { has_panicked: event.has(Key::Panicked), is_open: event.has(Key::Open) };
        self.open(event.track, OpenTrack::Poll { id: event.id(Key::AsyncId)?, start: at, flags });
        Ok(())
    }

    fn begin_resource(&mut self, sequence: u64, at: Timestamp, event: &Event<'_>) -> Read<()> {
        let id = event.id(Key::AsyncId)?;
        let column = u32::try_from(event.number(Key::Column)?).map_err(|_| Malformed)?;
        let sequence = self.sequences.get_mut(&sequence).ok_or(Malformed)?;
        let description = Description {
            trigger: AsyncId::from_u64(event.number(Key::Trigger)?),
            site: sequence.site(event.name, event.place, column)?,
            label: event.text(Key::Label).map(Arc::from),
            start: (!event.has(Key::StartUnknown)).then_some(at),
            end: None,
            created_on: None,
        };
        if !self.into.describe(id, description) {
            return Err(Malformed);
        }
        if event.has(Key::Resolved) {
            self.into.resolve(id);
        }
        self.resources += 1;
        self.open(event.track, OpenTrack::Resource(id));
        Ok(())
    }

    fn begin_gap(&mut self, at: Timestamp, event: &Event<'_>) -> Read<()> {
        let number = u32::try_from(event.number(Key::ThreadNumber)?).map_err(|_| Malformed)?;
        let name = event.text(Key::Thread).ok_or(Malformed)?.into();
        let gap = Gap {
            thread: Arc::new(Thread { number, name }),
            interval: TimeRange::new(at, at),
            events: event.number_if_any(Key::Events),
        };
        self.open(event.track, OpenTrack::Gap(self.gaps.len()));
        self.gaps.push((event.track, gap));
        Ok(())
    }

    fn end_slice(&mut self, track: u64, at: Timestamp) -> Read<()> {
        match self.open.get_mut(&track).and_then(Vec::pop).ok_or(Malformed)? {
            OpenTrack::Poll { id, start, flags } => {
                let thread = self.threads.get(&track).map(Arc::clone).ok_or(Malformed)?;
                self.into.poll(id, PollRecord { start, end: at.max(start), thread, flags });
            }
            OpenTrack::Resource(id) => self.into.end(id, at),
            OpenTrack::Gap(place) => {
                let gap = &mut self.gaps.get_mut(place).ok_or(Malformed)?.1;
                gap.interval = TimeRange::new(gap.interval.start(), at);
            }
        }
        Ok(())
    }

    /// A slice without an end: a poll that goes on, or a resource that is alive.
    fn leave_open(&mut self, track: u64, open: OpenTrack, at: Timestamp) -> Read<()> {
        if let OpenTrack::Poll { id, start, flags } = open {
            let thread = self.threads.get(&track).map(Arc::clone).ok_or(Malformed)?;
            let flags = PollFlags { is_open: true, ..flags };
            self.into.poll(id, PollRecord { start, end: at.max(start), thread, flags });
        }
        Ok(())
    }

    fn instant(&mut self, category: Category, at: Timestamp, event: &Event<'_>) -> Read<()> {
        match category {
            Category::Spawn => {
                let thread = self.thread(event)?;
                self.into.created_on(event.id(Key::AsyncId)?, thread);
            }
            Category::Wake => self.wake(at, event)?,
            Category::Attribute => self.attribute(at, event)?,
            Category::Log => self.log(at, event)?,
            Category::Recording => self.end(event)?,
            _ => return Err(Malformed),
        }
        Ok(())
    }

    fn wake(&mut self, at: Timestamp, event: &Event<'_>) -> Read<()> {
        let wake = WakeRecord {
            at,
            by: event.id(Key::By)?,
            source: event.text(Key::Source).map_or(WakeSource::Unknown, WakeSource::from_kind),
            beside: event.number_if_any(Key::Beside).and_then(AsyncId::from_u64),
            thread: self.thread(event)?,
        };
        self.into.wake(event.id(Key::AsyncId)?, wake);
        Ok(())
    }

    fn attribute(&mut self, at: Timestamp, event: &Event<'_>) -> Read<()> {
        let (name, value) = event.attribute()?;
        let (name, thread) = (self.name(name), self.thread(event)?);
        self.into.attribute(event.id(Key::AsyncId)?, AttributeRecord { at, name, value, thread });
        Ok(())
    }

    fn name(&mut self, name: &str) -> Text {
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        let shared = Text::from(name);
        self.names.insert(name.into(), shared.clone());
        shared
    }

    fn log(&mut self, at: Timestamp, event: &Event<'_>) -> Read<()> {
        let target = self.name(event.text(Key::Target).ok_or(Malformed)?);
        let line = LogRecord {
            at,
            async_id: event.id(Key::AsyncId)?,
            level: event.text(Key::Level).and_then(LogLevel::from_name).ok_or(Malformed)?,
            target,
            message: event.text(Key::Message).ok_or(Malformed)?.into(),
            thread: self.thread(event)?,
        };
        self.into.log(line);
        Ok(())
    }

    fn end(&mut self, event: &Event<'_>) -> Read<()> {
        let time = |key| Ok(Timestamp::from_unix_nanos(event.number(key)?));
        let losses = Losses { overwritten: event.number(Key::Overwritten)?, lost: event.number(Key::Lost)? };
        let interval = TimeRange::new(time(Key::Start)?, time(Key::End)?);
        self.end = Some(LastPacket { interval, losses, resources: event.number(Key::Resources)? });
        Ok(())
    }
}
