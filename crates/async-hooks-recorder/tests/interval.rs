//! A recording holds every event of its interval.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use async_hooks_core::{AsyncId, AsyncResource};
use async_hooks_recorder::{FlightRecorder, Timestamp};

/// With a time before it was created and one after it was destroyed.
type Created = (Timestamp, AsyncId, Timestamp);

#[test]
fn what_other_threads_do_while_a_recorder_is_enabled_or_disabled_is_in_its_interval_or_outside() {
    let (created, is_over) = (Mutex::new(Vec::new()), AtomicBool::new(false));
    let create = || {
        while !is_over.load(Ordering::Relaxed) {
            let (before, id) = (Timestamp::now(), AsyncResource::new("other").async_id());
            created.lock().unwrap().push((before, id, Timestamp::now()));
        }
    };
    let missing = thread::scope(|scope| {
        scope.spawn(create);
        let missing = (0..50).map(|_| missing_of_one(&created)).sum::<usize>();
        is_over.store(true, Ordering::Relaxed);
        missing
    });
    assert_eq!(missing, 0);
}

/// What lived within the interval of one recorder, and is not in its recording.
fn missing_of_one(created: &Mutex<Vec<Created>>) -> usize {
    let wait_for_more = || {
        let enough = created.lock().unwrap().len() + 50;
        while created.lock().unwrap().len() < enough {
            thread::yield_now();
        }
    };
    created.lock().unwrap().clear();
    wait_for_more();
    let recorder = FlightRecorder::builder().memory(1 << 20).build();
    let enabled = recorder.enable_scoped();
    wait_for_more();
    drop(enabled);
    wait_for_more();
    let recording = recorder.recording();
    let (start, end) = (recording.interval().start(), recording.interval().end());
    let is_whole = |id| recording.lifetime(id).is_some_and(|life| life.start().is_some() && life.end().is_some());
    let is_within = |(before, _, after): &&Created| *before >= start && *after <= end;
    created.lock().unwrap().iter().filter(is_within).filter(|(_, id, _)| !is_whole(*id)).count()
}
