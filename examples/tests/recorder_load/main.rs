//! The server of `axum_server` under load, with a recorder and without.
//!
//! With it, memory is flat, and nearly as many requests are answered.
//!
//! Two seconds here, where only the bounds of the recorder are compared; `cargo xtask prove recorder` takes an hour, and compares the
//! memory of the process, and the requests with the recorder and without, in turn.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

mod client;
#[path = "../../axum_server/database.rs"]
mod database;
mod memory;
mod process;
#[path = "../../axum_server/server.rs"]
mod server;
mod serving;
mod slices;

use std::env;
use std::time::{Duration, Instant};

use async_hooks::http::request_label;
use async_hooks::recorder::FlightRecorder;
use client::Users;
use memory::Memory;
use slices::{Slice, Slices};
use tokio::runtime::Builder;

const MEMORY: usize = 32 << 20;
const USERS: usize = 16;

/// With and without the recorder, in turn, at most this long each.
///
/// Time enough to fill the rings, and to overwrite them.
const LONGEST_SLICE: Duration = Duration::from_secs(2);

/// The least share of the requests that the server answers with a recorder.
const LEAST_RATIO: f64 = 0.95;

fn duration() -> Option<Duration> {
    env::var("RECORDER_LOAD_SECONDS").ok()?.parse().ok().map(Duration::from_secs)
}

#[test]
fn a_server_with_a_recorder_stays_within_its_memory_and_answers_nearly_as_many_requests() {
    serving::log_to_nowhere();
    let recorder = FlightRecorder::builder().memory(MEMORY).label_with(request_label).build();
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let users = runtime.block_on(async { Users::start(serving::serve().await, USERS) });
    let total = duration().unwrap_or(Duration::from_secs(2));
    let measure = || Slice::measure(&runtime, &users, LONGEST_SLICE.min(total / 8));
    let (start, mut slices, mut memory) = (Instant::now(), Slices::default(), Memory::default());
    while start.elapsed() < total {
        // The order changes, so that a machine which becomes slower or faster favours neither.
        let earlier = (memory.len() % 2 == 0).then(measure);
        let with = {
            let _enabled = recorder.enable_scoped();
            measure()
        };
        slices.add(earlier.unwrap_or_else(measure), with);
        let stats = recorder.stats();
        assert!(stats.bytes() <= MEMORY && stats.living_bytes() < MEMORY && stats.lost() == 0, "{stats:?}");
        memory.note(process::resident());
    }
    runtime.block_on(users.stop());
    let recording = recorder.recording();
    // One of each user may have begun before the recorder was enabled, which then knows no label.
    let slowest = recording.slowest("http::request", USERS + 1);
    let recorded = slowest.iter().find(|life| life.start().is_some()).unwrap();
    assert!(matches!(recorded.label(), Some("GET /orders" | "GET /report")), "{recorded:?}");

    println!("{slices}\n{memory}");
    if duration().is_some() {
        assert!(memory.grown() <= 0.05, "{memory}");
        assert!(slices.answered_ratio() >= LEAST_RATIO, "{slices}");
    }
}
