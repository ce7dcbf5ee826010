//! What an exporter asks a recorder for: what has happened since, and to whom.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use async_hooks_core::AsyncResource;
use async_hooks_recorder::{FlightRecorder, Timestamp};

fn recorder() -> FlightRecorder {
    FlightRecorder::builder().memory(1 << 20).build()
}

#[test]
fn who_began_before_is_there_if_it_did_something_since() {
    let recorder = recorder();
    let _enabled = recorder.enable_scoped();
    let [idle, busy, ended] = [(); 3].map(|()| AsyncResource::new("older"));
    let ids = [&idle, &busy, &ended].map(AsyncResource::async_id);
    // The chunk of this thread is full of what came before, and another one begins.
    (0..100_000).for_each(|_| idle.run_in_async_scope(|| ()));
    let since = Timestamp::now();
    busy.run_in_async_scope(|| drop(ended));
    let newer = AsyncResource::new("newer");

    let recording = recorder.since(since);
    let kind = |id| recording.lifetime(id).map(|life| life.kind());
    assert_eq!(ids.map(kind)[1..], [Some("older"); 2]);
    assert_eq!(kind(newer.async_id()), Some("newer"));
    assert!(recording.lifetime(ids[1]).unwrap().end().is_none() && recording.lifetime(ids[2]).unwrap().end().is_some());
    assert!(recording.lifetime(ids[1]).unwrap().start() < Some(since));
    assert!(recorder.recording().lifetime(ids[0]).is_some());
}

#[test]
fn ten_thousand_who_are_idle_are_not_copied() {
    let recorder = recorder();
    let _enabled = recorder.enable_scoped();
    let idle = Vec::from_iter((0..10_000).map(|_| AsyncResource::new("idle")));
    let recording = recorder.since(Timestamp::now());
    assert_eq!(recording.lifetimes().filter(|life| life.kind() == "idle").count(), 0);
    drop(idle);
}

#[test]
fn who_ends_while_it_is_asked_for_is_described() {
    let recorder = recorder();
    let _enabled = recorder.enable_scoped();
    for _ in 0..3_000 {
        let (resource, is_polled) = (AsyncResource::new("ends"), AtomicBool::new(false));
        let id = resource.async_id();
        let since = Timestamp::now();
        thread::scope(|scope| {
            scope.spawn(|| {
                resource.run_in_async_scope(|| ());
                is_polled.store(true, Ordering::Release);
                drop(resource);
            });
            while !is_polled.load(Ordering::Acquire) {
                thread::yield_now();
            }
            assert_eq!(recorder.since(since).lifetime(id).map(|life| life.kind()), Some("ends"));
        });
    }
}
