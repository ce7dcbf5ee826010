//! Outside a runtime everything panics as tokio does: same words, at the caller's line.
//!
//! No resource stays alive.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

mod recorder;

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use async_hooks_core::AsyncResource;
use async_hooks_tokio::{JoinSet, spawn, spawn_blocking, spawn_local};
use recorder::Recorder;

thread_local! {
    static PANICKED_AT: Cell<Option<(String, u32)>> = const { Cell::new(None) };
}

struct Panicked {
    message: String,
    file: String,
    line: u32,
}

/// What `f` panicked with, and where; the test fails when it does not.
fn panicked<R>(f: impl FnOnce() -> R) -> Panicked {
    static NOTE_PLACES: Once = Once::new();
    NOTE_PLACES.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            report(info);
            PANICKED_AT.set(info.location().map(|location| (location.file().to_owned(), location.line())));
        }));
    });
    let payload = catch_unwind(AssertUnwindSafe(|| drop(f()))).unwrap_err();
    let (file, line) = PANICKED_AT.take().unwrap();
    Panicked { message: message(&*payload), file, line }
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap()
}

/// Ours panics like tokio's, and what it created is destroyed.
///
/// A call of this on one line tells that the places are the same: the caller's, except where tokio itself names a line
/// of its own.
#[track_caller]
fn assert_panics_like_tokio<R, S>(ours: impl FnOnce() -> R, tokios: impl FnOnce() -> S) {
    let recorder = Recorder::start();
    let spawner = AsyncResource::new("spawner");
    let ours = spawner.run_in_async_scope(|| panicked(ours));
    let tokios = panicked(tokios);
    assert_eq!(ours.message, tokios.message);
    assert_eq!((ours.file, ours.line), (tokios.file, tokios.line));

    let created = recorder.created_by(spawner.async_id());
    assert_eq!(created.len(), 1);
    assert_eq!(recorder.life(created[0]), ["init", "destroy"]);
}

#[test]
fn spawning_panics_like_tokio_and_leaves_no_resource_alive() {
    assert_panics_like_tokio(|| spawn(async {}), || tokio::spawn(async {}));
    assert_panics_like_tokio(|| spawn_blocking(|| ()), || tokio::task::spawn_blocking(|| ()));
    assert_panics_like_tokio(|| spawn_local(async {}), || tokio::task::spawn_local(async {}));
}

#[test]
fn spawning_into_a_set_panics_like_tokio_and_leaves_no_resource_alive() {
    let (mut ours, mut tokios) = (JoinSet::new(), tokio::task::JoinSet::new());
    assert_panics_like_tokio(|| ours.spawn(async {}), || tokios.spawn(async {}));
    assert_panics_like_tokio(|| ours.spawn_local(async {}), || tokios.spawn_local(async {}));
    assert_panics_like_tokio(|| ours.spawn_blocking(|| ()), || tokios.spawn_blocking(|| ()));
    assert!(ours.is_empty());
}

#[test]
fn spawning_a_local_task_outside_of_a_local_set_panics_like_tokio() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let _inside = runtime.enter();
    assert_panics_like_tokio(|| spawn_local(async {}), || tokio::task::spawn_local(async {}));
}
