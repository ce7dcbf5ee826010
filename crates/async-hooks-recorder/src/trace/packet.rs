//! The packets of a trace, as far as a recording needs them.

use crate::trace::fields::{Fields, Malformed, Read, Value};
use crate::trace::schema::{annotation, clock, defaults, event, packet, track};

/// A packet; what it does not have is 0 or `None`.
#[derive(Default)]
pub(crate) struct Packet<'a> {
    pub(crate) timestamp: u64,
    pub(crate) sequence: u64,
    pub(crate) clocks: Option<&'a [u8]>,
    pub(crate) defaults: Option<&'a [u8]>,
    pub(crate) interned: Option<&'a [u8]>,
    pub(crate) track: Option<&'a [u8]>,
    pub(crate) event: Option<&'a [u8]>,
}

impl<'a> Packet<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Read<Packet<'a>> {
        let mut packet = Packet::default();
        let mut fields = Fields::of(bytes);
        while let Some((field, value)) = fields.next()? {
            match field {
                packet::TIMESTAMP => packet.timestamp = value.number()?,
                packet::SEQUENCE_ID => packet.sequence = value.number()?,
                packet::CLOCK_SNAPSHOT => packet.clocks = Some(value.bytes()?),
                packet::DEFAULTS => packet.defaults = Some(value.bytes()?),
                packet::INTERNED_DATA => packet.interned = Some(value.bytes()?),
                packet::TRACK_DESCRIPTOR => packet.track = Some(value.bytes()?),
                packet::TRACK_EVENT => packet.event = Some(value.bytes()?),
                _ => {}
            }
        }
        Ok(packet)
    }
}

/// The value of an annotation.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Noted<'a> {
    Bool(bool),
    Uint(u64),
    Int(i64),
    Double(f64),
    Text(&'a str),
}

/// An annotation: its name is interned, or written in full.
#[derive(Clone, Copy)]
pub(crate) struct Annotation<'a> {
    pub(crate) key: u64,
    pub(crate) name: Option<&'a str>,
    pub(crate) value: Noted<'a>,
}

/// An event; what it does not have is 0.
#[derive(Default)]
pub(crate) struct Event<'a> {
    pub(crate) event_type: u64,
    pub(crate) track: u64,
    pub(crate) category: u64,
    pub(crate) name: u64,
    pub(crate) place: u64,
    annotations: [Option<Annotation<'a>>; ANNOTATIONS],
}

/// An event has at most this many annotations.
const ANNOTATIONS: usize = 8;

impl<'a> Event<'a> {
    pub(crate) fn annotations(&self) -> impl Iterator<Item = &Annotation<'a>> {
        self.annotations.iter().map_while(Option::as_ref)
    }

    pub(crate) fn read(bytes: &'a [u8]) -> Read<Event<'a>> {
        let mut event = Event::default();
        let mut annotations = event.annotations.iter_mut();
        let mut fields = Fields::of(bytes);
        while let Some((field, value)) = fields.next()? {
            match field {
                event::TYPE => event.event_type = value.number()?,
                event::TRACK_UUID => event.track = value.number()?,
                event::CATEGORY_IIDS => event.category = value.number()?,
                event::NAME_IID => event.name = value.number()?,
                event::SOURCE_LOCATION_IID => event.place = value.number()?,
                event::ANNOTATIONS => {
                    *annotations.next().ok_or(Malformed)? = Some(Annotation::read(value.bytes()?)?);
                }
                _ => {}
            }
        }
        Ok(event)
    }
}

impl<'a> Annotation<'a> {
    fn read(bytes: &'a [u8]) -> Read<Annotation<'a>> {
        let (mut key, mut name, mut noted) = (0, None, None);
        let mut fields = Fields::of(bytes);
        while let Some((field, value)) = fields.next()? {
            match field {
                annotation::NAME_IID => key = value.number()?,
                annotation::NAME => name = Some(value.text()?),
                _ => noted = noted.or(noted_in(field, value)?),
            }
        }
        Ok(Annotation { key, name, value: noted.ok_or(Malformed)? })
    }
}

fn noted_in(field: u32, value: Value<'_>) -> Read<Option<Noted<'_>>> {
    Ok(Some(match field {
        annotation::BOOL => Noted::Bool(value.number()? != 0),
        annotation::UINT => Noted::Uint(value.number()?),
        annotation::INT => Noted::Int(value.number()? as i64),
        annotation::DOUBLE => Noted::Double(f64::from_bits(value.number()?)),
        annotation::STRING => Noted::Text(value.text()?),
        _ => return Ok(None),
    }))
}

/// A track's description; what it does not have is 0 or `None`.
#[derive(Default)]
pub(crate) struct Track<'a> {
    pub(crate) uuid: u64,
    pub(crate) parent: u64,
    pub(crate) process: Option<&'a [u8]>,
    pub(crate) thread: Option<&'a [u8]>,
}

impl<'a> Track<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Read<Track<'a>> {
        let mut track = Track::default();
        let mut fields = Fields::of(bytes);
        while let Some((field, value)) = fields.next()? {
            match field {
                track::UUID => track.uuid = value.number()?,
                track::PARENT => track.parent = value.number()?,
                track::PROCESS => track.process = Some(value.bytes()?),
                track::THREAD => track.thread = Some(value.bytes()?),
                _ => {}
            }
        }
        Ok(track)
    }
}

/// The number in this field of a message; 0 if it has none.
pub(crate) fn number_in(bytes: &[u8], wanted: u32) -> Read<u64> {
    let mut fields = Fields::of(bytes);
    while let Some((field, value)) = fields.next()? {
        if field == wanted {
            return value.number();
        }
    }
    Ok(0)
}

/// The text in this field of a message; empty if it has none.
pub(crate) fn text_in(bytes: &[u8], wanted: u32) -> Read<&str> {
    let mut fields = Fields::of(bytes);
    while let Some((field, value)) = fields.next()? {
        if field == wanted {
            return value.text();
        }
    }
    Ok("")
}

/// The time that the clock of a sequence begins with.
pub(crate) fn clock_start(snapshot: &[u8]) -> Read<u64> {
    let mut fields = Fields::of(snapshot);
    while let Some((field, value)) = fields.next()? {
        if field == clock::CLOCKS && number_in(value.bytes()?, clock::ID)? == clock::OF_SEQUENCE {
            return number_in(value.bytes()?, clock::TIMESTAMP);
        }
    }
    Err(Malformed)
}

/// The track that the events of a sequence are on by default.
pub(crate) fn default_track(message: &[u8]) -> Read<u64> {
    let mut fields = Fields::of(message);
    while let Some((field, value)) = fields.next()? {
        if field == defaults::TRACK_EVENT {
            return number_in(value.bytes()?, defaults::TRACK_UUID);
        }
    }
    Err(Malformed)
}
