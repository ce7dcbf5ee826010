//! Writes the packets of one sequence.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::{self, Write};

use crate::model::site::Site;
use crate::time::timestamp::Timestamp;
use crate::trace::message::Message;
use crate::trace::schema::{Category, Key, annotation, clock, defaults, event, flags, interned, packet};

/// Where packets are written, all in one buffer.
pub(crate) struct Packets<W> {
    out: W,
    message: Message,
}

/// So much is written at once.
const BUFFER: usize = 64 << 10;

impl<W: Write> Packets<W> {
    pub(crate) fn new(out: W) -> Packets<W> {
        Packets { out, message: Message::default() }
    }

    pub(crate) fn packet(&mut self, write: impl FnOnce(&mut Message)) -> io::Result<()> {
        self.message.message(packet::IN_TRACE, write);
        if self.message.bytes().len() < BUFFER { Ok(()) } else { self.flush() }
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(self.message.bytes())?;
        self.message.clear();
        Ok(())
    }
}

/// The state of a sequence: the time of its last packet, and what is interned in it.
pub(crate) struct Sequence<'a> {
    id: u64,
    last: Timestamp,
    names: HashMap<&'a str, u64>,
    places: HashMap<(&'a str, u32), u64>,
}

impl<'a> Sequence<'a> {
    /// Begins a sequence.
    ///
    /// Its packets count from `start`, and its events are on the track unless they name another.
    pub(crate) fn begin<W: Write>(
        packets: &mut Packets<W>,
        id: u64,
        start: Timestamp,
        track: u64,
    ) -> io::Result<Sequence<'a>> {
        packets.packet(|packet| {
            packet.uint(packet::SEQUENCE_ID, id);
            packet.uint(packet::SEQUENCE_FLAGS, flags::CLEARED);
            packet.uint(packet::FIRST_ON_SEQUENCE, 1);
            packet.message(packet::CLOCK_SNAPSHOT, |snapshot| write_clocks(snapshot, start));
            packet.message(packet::DEFAULTS, |message| {
                message.message(defaults::TRACK_EVENT, |event| event.uint(defaults::TRACK_UUID, track));
                message.uint(defaults::CLOCK_ID, clock::OF_SEQUENCE);
            });
            packet.message(packet::INTERNED_DATA, |data| {
                write_names(data, interned::CATEGORIES, &Category::NAMES);
                write_names(data, interned::ANNOTATION_NAMES, &Key::NAMES);
            });
        })?;
        Ok(Sequence { id, last: start, names: HashMap::new(), places: HashMap::new() })
    }

    /// Writes an event. Events come in the order of their times.
    pub(crate) fn event<W: Write>(
        &mut self,
        packets: &mut Packets<W>,
        at: Timestamp,
        what: &EventToWrite<'a>,
        more: impl FnOnce(&mut Message),
    ) -> io::Result<()> {
        let elapsed = at.as_unix_nanos().saturating_sub(self.last.as_unix_nanos());
        self.last = self.last.max(at);
        let name = what.name.map(|name| intern(&mut self.names, name));
        let place = what.place.map(|site| intern(&mut self.places, (&*site.file, site.line)));
        packets.packet(|packet| {
            packet.uint(packet::TIMESTAMP, elapsed);
            packet.uint(packet::SEQUENCE_ID, self.id);
            if name.is_some_and(|(_, is_new)| is_new) || place.is_some_and(|(_, is_new)| is_new) {
                packet.message(packet::INTERNED_DATA, |data| what.write_new(data, name, place));
            }
            packet.uint(packet::SEQUENCE_FLAGS, flags::NEEDS_STATE);
            packet.message(packet::TRACK_EVENT, |event| {
                event.uint(event::TYPE, what.event_type);
                let category = what.category.map(Category::iid);
                let [name, place] = [name, place].map(|interned| interned.map(|(iid, _)| iid));
                event.some(event::TRACK_UUID, what.track);
                event.some(event::CATEGORY_IIDS, category);
                event.some(event::NAME_IID, name);
                event.some(event::SOURCE_LOCATION_IID, place);
                more(event);
            });
        })
    }
}

/// What an event is, besides its time and annotations.
#[derive(Clone, Copy)]
pub(crate) struct EventToWrite<'a> {
    event_type: u64,
    track: Option<u64>,
    category: Option<Category>,
    name: Option<&'a str>,
    place: Option<&'a Site>,
}

impl<'a> EventToWrite<'a> {
    pub(crate) fn begin(category: Category, name: &'a str) -> EventToWrite<'a> {
        let (category, name) = (Some(category), Some(name));
        EventToWrite { event_type: event::BEGIN, track: None, category, name, place: None }
    }

    pub(crate) fn end() -> EventToWrite<'a> {
        EventToWrite { event_type: event::END, track: None, category: None, name: None, place: None }
    }

    pub(crate) fn instant(category: Category, name: &'a str) -> EventToWrite<'a> {
        EventToWrite { event_type: event::INSTANT, ..EventToWrite::begin(category, name) }
    }

    pub(crate) fn counter() -> EventToWrite<'a> {
        EventToWrite { event_type: event::COUNTER, ..EventToWrite::end() }
    }

    pub(crate) fn on(self, track: u64) -> EventToWrite<'a> {
        EventToWrite { track: Some(track), ..self }
    }

    pub(crate) fn at_site(self, site: &'a Site) -> EventToWrite<'a> {
        EventToWrite { place: Some(site), ..self }
    }

    /// Writes what is not interned yet, all of it in one message.
    fn write_new(&self, data: &mut Message, name: Option<Interned>, place: Option<Interned>) {
        if let (Some((iid, true)), Some(name)) = (name, self.name) {
            write_name(data, interned::EVENT_NAMES, iid, name);
        }
        if let (Some((iid, true)), Some(site)) = (place, self.place) {
            write_place(data, iid, site);
        }
    }
}

/// The interned id of a text, and whether it is new.
type Interned = (u64, bool);

fn intern<K: std::hash::Hash + Eq>(known: &mut HashMap<K, u64>, key: K) -> Interned {
    let next = known.len() as u64 + 1;
    match known.entry(key) {
        Entry::Occupied(entry) => (*entry.get(), false),
        Entry::Vacant(entry) => (*entry.insert(next), true),
    }
}

/// The clock of the sequence shows `start`, and so does the wall clock.
fn write_clocks(snapshot: &mut Message, start: Timestamp) {
    for id in [clock::REALTIME, clock::OF_SEQUENCE] {
        snapshot.message(clock::CLOCKS, |message| {
            message.uint(clock::ID, id);
            message.uint(clock::TIMESTAMP, start.as_unix_nanos());
            if id == clock::OF_SEQUENCE {
                message.uint(clock::IS_INCREMENTAL, 1);
            }
        });
    }
    snapshot.uint(clock::PRIMARY, clock::REALTIME);
}

fn write_names(data: &mut Message, field: u32, names: &[&str]) {
    for (iid, name) in (1..).zip(names) {
        write_name(data, field, iid, name);
    }
}

fn write_name(data: &mut Message, field: u32, iid: u64, name: &str) {
    data.message(field, |entry| {
        entry.uint(interned::IID, iid);
        entry.text(interned::NAME, name);
    });
}

fn write_place(data: &mut Message, iid: u64, site: &Site) {
    data.message(interned::SOURCE_LOCATIONS, |entry| {
        entry.uint(interned::IID, iid);
        entry.text(interned::NAME, &site.file);
        entry.uint(interned::LINE, site.line.into());
    });
}

/// Annotations of an event.
pub(crate) trait Annotate {
    fn number(&mut self, key: Key, number: u64);
    fn flag(&mut self, key: Key, is_set: bool);
    fn note(&mut self, key: Key, text: &str);
}

impl Annotate for Message {
    fn number(&mut self, key: Key, number: u64) {
        self.message(event::ANNOTATIONS, |message| {
            message.uint(annotation::NAME_IID, key.iid());
            message.uint(annotation::UINT, number);
        });
    }

    /// A flag that is not set is not written.
    fn flag(&mut self, key: Key, is_set: bool) {
        if is_set {
            self.message(event::ANNOTATIONS, |message| {
                message.uint(annotation::NAME_IID, key.iid());
                message.uint(annotation::BOOL, 1);
            });
        }
    }

    fn note(&mut self, key: Key, text: &str) {
        self.message(event::ANNOTATIONS, |message| {
            message.uint(annotation::NAME_IID, key.iid());
            message.text(annotation::STRING, text);
        });
    }
}
