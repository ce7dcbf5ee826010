//! An independent decoder reads what Perfetto reads.

use std::collections::{BTreeMap, BTreeSet};

use async_hooks_core::{AsyncResource, set_attribute};
use async_hooks_recorder::{FlightRecorder, Recording};
use prost::Message;

/// Perfetto's messages, as far as recordings have them.
#[derive(Message)]
struct Trace {
    #[prost(message, repeated, tag = "1")]
    packets: Vec<Packet>,
}

#[derive(Message)]
struct Packet {
    #[prost(message, optional, tag = "6")]
    clocks: Option<Clocks>,
    #[prost(uint64, tag = "8")]
    timestamp: u64,
    #[prost(uint32, tag = "10")]
    sequence: u32,
    #[prost(message, optional, tag = "11")]
    event: Option<Event>,
    #[prost(message, optional, tag = "12")]
    interned: Option<Interned>,
    #[prost(uint32, tag = "13")]
    flags: u32,
    #[prost(message, optional, tag = "59")]
    defaults: Option<Defaults>,
    #[prost(message, optional, tag = "60")]
    track: Option<Track>,
}

#[derive(Message)]
struct Clocks {
    #[prost(message, repeated, tag = "1")]
    clocks: Vec<Clock>,
}

#[derive(Message)]
struct Clock {
    #[prost(uint32, tag = "1")]
    id: u32,
    #[prost(uint64, tag = "2")]
    timestamp: u64,
    #[prost(bool, tag = "3")]
    is_incremental: bool,
}

#[derive(Message)]
struct Defaults {
    #[prost(message, optional, tag = "11")]
    event: Option<Event>,
    #[prost(uint32, tag = "58")]
    clock: u32,
}

#[derive(Message)]
struct Track {
    #[prost(uint64, tag = "1")]
    uuid: u64,
    #[prost(uint64, tag = "5")]
    parent: u64,
}

#[derive(Message)]
struct Event {
    #[prost(uint64, repeated, tag = "3")]
    categories: Vec<u64>,
    #[prost(message, repeated, tag = "4")]
    annotations: Vec<Annotation>,
    #[prost(uint32, tag = "9")]
    event_type: u32,
    #[prost(uint64, tag = "10")]
    name: u64,
    #[prost(uint64, tag = "11")]
    track: u64,
    #[prost(fixed64, repeated, tag = "47")]
    flows: Vec<u64>,
    #[prost(fixed64, repeated, tag = "48")]
    ended_flows: Vec<u64>,
}

#[derive(Message)]
struct Annotation {
    #[prost(uint64, tag = "1")]
    name: u64,
    #[prost(uint64, optional, tag = "3")]
    number: Option<u64>,
    #[prost(string, tag = "10")]
    full_name: String,
}

#[derive(Message)]
struct Interned {
    #[prost(message, repeated, tag = "1")]
    categories: Vec<Name>,
    #[prost(message, repeated, tag = "2")]
    names: Vec<Name>,
    #[prost(message, repeated, tag = "3")]
    annotations: Vec<Name>,
}

#[derive(Message)]
struct Name {
    #[prost(uint64, tag = "1")]
    iid: u64,
    #[prost(string, tag = "2")]
    name: String,
}

/// What a sequence has interned, and its time.
#[derive(Default)]
struct Sequence {
    now: u64,
    track: u64,
    categories: BTreeMap<u64, String>,
    names: BTreeMap<u64, String>,
    annotations: BTreeMap<u64, String>,
}

/// An event with its names.
#[derive(Debug)]
struct Seen {
    at: u64,
    track: u64,
    event_type: u32,
    category: String,
    name: String,
    numbers: BTreeMap<String, u64>,
}

fn intern(into: &mut BTreeMap<u64, String>, names: &[Name]) {
    for Name { iid, name } in names {
        assert!(*iid > 0 && into.insert(*iid, name.clone()).is_none(), "{iid} {name}");
    }
}

/// Follows the rules by which Perfetto reads: what it would leave out silently fails here.
fn events(trace: &Trace) -> Vec<Seen> {
    let mut sequences = BTreeMap::<u32, Sequence>::new();
    let mut tracks = BTreeSet::new();
    let mut flows = BTreeMap::<u64, (usize, usize)>::new();
    let mut seen = Vec::new();
    for packet in &trace.packets {
        if let Some(track) = &packet.track {
            assert!(track.parent == 0 || tracks.contains(&track.parent), "{track:?}");
            assert!(tracks.insert(track.uuid), "{track:?}");
        }
        if let Some(clocks) = &packet.clocks {
            let defaults = packet.defaults.as_ref().unwrap();
            assert_eq!((packet.flags & 1, defaults.clock), (1, 64));
            let own = clocks.clocks.iter().find(|clock| clock.id == 64).unwrap();
            assert!(own.is_incremental && clocks.clocks.iter().all(|clock| clock.timestamp == own.timestamp));
            let track = defaults.event.as_ref().unwrap().track;
            let sequence = Sequence { now: own.timestamp, track, ..Sequence::default() };
            assert!(sequences.insert(packet.sequence, sequence).is_none(), "a sequence begins once");
        }
        let Some(sequence) = sequences.get_mut(&packet.sequence) else { continue };
        if let Some(interned) = &packet.interned {
            intern(&mut sequence.categories, &interned.categories);
            intern(&mut sequence.names, &interned.names);
            intern(&mut sequence.annotations, &interned.annotations);
        }
        let Some(event) = &packet.event else { continue };
        assert_eq!(packet.flags, 2);
        sequence.now += packet.timestamp;
        let track = if event.track == 0 { sequence.track } else { event.track };
        assert!(tracks.contains(&track), "{event:?}");
        event.flows.iter().for_each(|flow| flows.entry(*flow).or_default().0 += 1);
        event.ended_flows.iter().for_each(|flow| flows.entry(*flow).or_default().1 += 1);
        let number = |it: &Annotation| {
            let name = if it.name == 0 { it.full_name.clone() } else { sequence.annotations[&it.name].clone() };
            it.number.map(|number| (name, number))
        };
        seen.push(Seen {
            at: sequence.now,
            track,
            event_type: event.event_type,
            category: event.categories.first().map(|iid| sequence.categories[iid].clone()).unwrap_or_default(),
            name: if event.name == 0 { String::new() } else { sequence.names[&event.name].clone() },
            numbers: event.annotations.iter().filter_map(number).collect(),
        });
    }
    assert!(flows.values().all(|ends| *ends == (1, 1)), "{flows:?}");
    seen
}

#[test]
fn an_independent_decoder_finds_every_life_poll_spawn_and_attribute_with_its_time() {
    let recorder = FlightRecorder::builder().build();
    recorder.enable();
    let outer = AsyncResource::new("outer");
    outer.run_in_async_scope(|| {
        set_attribute("answer", 42_u32);
        (0..20).for_each(|_| AsyncResource::new("inner").run_in_async_scope(|| ()));
    });
    let recording = recorder.recording();
    let mut file = Vec::new();
    recording.write(&mut file).unwrap();
    let events = events(&Trace::decode(&file[..]).unwrap());

    for life in recording.descendants(outer.async_id()) {
        let id = life.async_id().as_u64();
        let of = |category: &str| {
            let is_own = |event: &&Seen| event.category == category && event.numbers.get("async_id") == Some(&id);
            Vec::from_iter(events.iter().filter(is_own))
        };
        let [resource] = of("resource")[..] else { panic!("{life:?}") };
        let trigger = life.trigger_async_id().unwrap().as_u64();
        assert_eq!((resource.name.as_str(), resource.numbers["trigger_async_id"]), (life.kind(), trigger));
        assert_eq!(resource.at, life.start().unwrap().as_unix_nanos());
        let end = events.iter().find(|event| event.event_type == 2 && event.track == resource.track);
        assert_eq!(end.map(|end| end.at), life.end().map(|end| end.as_unix_nanos()));
        let starts = Vec::from_iter(life.polls().iter().map(|poll| poll.start().as_unix_nanos()));
        assert_eq!(Vec::from_iter(of("poll").iter().map(|poll| poll.at)), starts);
        assert_eq!((of("spawn").len(), of("attribute").len()), (1, life.attributes().len()));
    }
    let attribute = events.iter().find(|event| event.numbers.get("answer") == Some(&42)).unwrap();
    assert_eq!(attribute.numbers["async_id"], outer.async_id().as_u64());
}

#[test]
fn a_large_recording_has_few_tracks_and_is_read_back_whole() {
    const REQUESTS: usize = 6_000;
    let recorder = FlightRecorder::builder().build();
    recorder.enable();
    let alive = Vec::from_iter((0..20).map(|_| AsyncResource::new("connection")));
    for nth in 0..REQUESTS {
        alive[nth % alive.len()].run_in_async_scope(|| {
            let request = AsyncResource::new("request");
            request.run_in_async_scope(|| AsyncResource::new("query").run_in_async_scope(|| ()));
        });
    }
    let recording = recorder.recording();
    let mut file = Vec::new();
    recording.write(&mut file).unwrap();
    let trace = Trace::decode(&file[..]).unwrap();
    let tracks = trace.packets.iter().filter(|packet| packet.track.is_some()).count();
    assert!((25..100).contains(&tracks), "{tracks} tracks");

    // By track: the slices of a lane never overlap, so each end is that of the only open slice.
    let mut open = BTreeMap::new();
    let mut ends = BTreeMap::new();
    for event in events(&trace) {
        if event.category == "resource" {
            assert_eq!(open.insert(event.track, event.numbers["async_id"]), None, "{event:?}");
        } else if event.event_type == 2
            && let Some(id) = open.remove(&event.track)
        {
            ends.insert(id, event.at);
        }
    }
    assert_eq!(open.len(), recording.lifetimes().filter(|life| life.end().is_none()).count());
    let expected = recording.lifetimes().filter_map(|life| Some((life.async_id().as_u64(), life.end()?)));
    assert_eq!(ends, BTreeMap::from_iter(expected.map(|(id, end)| (id, end.as_unix_nanos()))));
    assert!(ends.len() >= 2 * REQUESTS);
    assert_eq!(Recording::read(&file[..]).unwrap(), recording);
}
