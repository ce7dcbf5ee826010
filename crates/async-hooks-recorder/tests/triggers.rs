//! Recordings that are written when something happens.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use async_hooks_core::AsyncResource;
use async_hooks_recorder::{FlightRecorder, Recording};

/// A directory that does not exist yet, and is removed at the end of the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        let path = std::env::temp_dir().join(format!("async-hooks-triggers-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Scratch(path)
    }

    fn recordings(&self) -> Vec<Recording> {
        let Ok(entries) = fs::read_dir(&self.0) else { return Vec::new() };
        let mut paths = Vec::from_iter(entries.map(|entry| entry.unwrap().path()));
        paths.retain(|path| path.to_str().unwrap().ends_with(".pftrace.gz"));
        paths.sort();
        paths.iter().map(|path| Recording::open(path).unwrap()).collect()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// One test at a time: a panic is a panic for the triggers of all tests.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn enabled() -> FlightRecorder {
    let recorder = FlightRecorder::builder().dumps(2, Duration::ZERO).build();
    recorder.enable();
    recorder
}

/// Keeps the thread for a while.
fn work(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {}
}

fn panic_in(resource: AsyncResource) {
    let panics = move || resource.run_in_async_scope(|| panic!("on purpose"));
    assert!(thread::spawn(panics).join().is_err());
}

#[test]
fn a_panic_leaves_a_recording_that_shows_who_ran_and_nothing_is_written_after_the_guard() {
    let _alone = alone();
    let scratch = Scratch::new("panic");
    let recorder = enabled();
    let guard = recorder.dump_on_panic(&scratch.0);
    let request = AsyncResource::new("request");
    let id = request.async_id();
    panic_in(request);
    let recordings = scratch.recordings();
    let recording = recordings.last().unwrap();
    assert!(recording.at(recording.interval().end()).running().any(|(_, life)| life.async_id() == id));
    drop(guard);
    let before = scratch.recordings().len();
    panic_in(AsyncResource::new("request"));
    assert_eq!(scratch.recordings().len(), before);
}

#[test]
fn only_the_newest_files_stay() {
    let _alone = alone();
    let scratch = Scratch::new("newest");
    let recorder = enabled();
    let _guard = recorder.dump_on_panic(&scratch.0);
    let ids = [(); 5].map(|()| {
        let request = AsyncResource::new("request");
        let id = request.async_id();
        panic_in(request);
        id
    });
    let recordings = scratch.recordings();
    assert_eq!(recordings.len(), 2);
    assert!(recordings[1].lifetime(ids[4]).is_some());
}

#[test]
fn files_are_written_at_most_as_often_as_set() {
    let _alone = alone();
    let scratch = Scratch::new("rate");
    let recorder = FlightRecorder::builder().dumps(10, Duration::from_secs(3600)).build();
    recorder.enable();
    let _guard = recorder.dump_on_panic(&scratch.0);
    (0..3).for_each(|_| panic_in(AsyncResource::new("request")));
    assert_eq!(scratch.recordings().len(), 1);
}

#[test]
fn a_resource_that_was_slow_leaves_a_recording_of_its_life() {
    let _alone = alone();
    let scratch = Scratch::new("slow");
    let recorder = enabled();
    let guard = recorder.dump_slow("slow request", Duration::from_millis(20), &scratch.0);
    drop(AsyncResource::new("slow request"));
    let (slow, other) = (AsyncResource::new("slow request"), AsyncResource::new("other"));
    slow.run_in_async_scope(|| work(Duration::from_millis(21)));
    drop(other);
    let id = { slow }.async_id();
    drop(guard);
    let recordings = scratch.recordings();
    assert_eq!(recordings.len(), 1);
    let life = recordings[0].lifetime(id).unwrap();
    assert!(life.end().is_some() && life.busy() >= Duration::from_millis(20), "{life:?}");
}

#[test]
fn a_recorder_with_a_trigger_goes_on_without_handles() {
    let _alone = alone();
    let scratch = Scratch::new("handles");
    let guard = enabled().dump_on_panic(&scratch.0);
    let request = AsyncResource::new("request");
    let id = request.async_id();
    panic_in(request);
    assert!(scratch.recordings().last().unwrap().lifetime(id).is_some());
    drop(guard);
}

#[test]
fn a_directory_that_cannot_be_written_changes_nothing_for_the_program() {
    let _alone = alone();
    let scratch = Scratch::new("unwritable");
    fs::write(&scratch.0, "a file where the directory should be").unwrap();
    let recorder = enabled();
    let guard = recorder.dump_on_panic(&scratch.0);
    (0..2).for_each(|_| panic_in(AsyncResource::new("request")));
    drop(guard);
    fs::remove_file(&scratch.0).unwrap();
}

#[cfg(unix)]
#[test]
fn a_signal_leaves_a_recording() {
    use signal_hook::consts::{SIGKILL, SIGUSR2};

    let _alone = alone();
    let scratch = Scratch::new("signal");
    let recorder = enabled();
    assert!(recorder.dump_on_signal(SIGKILL, &scratch.0).is_err());
    let guard = recorder.dump_on_signal(SIGUSR2, &scratch.0).unwrap();
    let request = AsyncResource::new("request");
    signal_hook::low_level::raise(SIGUSR2).unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while scratch.recordings().is_empty() && Instant::now() < deadline {
        thread::yield_now();
    }
    assert!(scratch.recordings()[0].lifetime(request.async_id()).is_some());
    drop(guard);
}
