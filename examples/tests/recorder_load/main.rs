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
mod process;
#[path = "../../axum_server/server.rs"]
mod server;
mod serving;
mod slices;

use std::env;
use std::time::{Duration, Instant};

use async_hooks::http::request_label;
use async_hooks::recorder::FlightRecorder;
use client::Clients;
use slices::{Slice, Slices};
use tokio::runtime::Builder;

const MEMORY: usize = 32 << 20;
const CONNECTIONS: usize = 16;

/// With and without the recorder, in turn, this long each.
const SLICE: Duration = Duration::from_millis(250);

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
    let clients = runtime.block_on(async { Clients::start(serving::serve().await, CONNECTIONS) });
    let total = duration().unwrap_or(Duration::from_secs(2));
    let (start, mut slices, mut memory) = (Instant::now(), Slices::default(), Vec::new());
    while start.elapsed() < total {
        let without = Slice::measure(&runtime, &clients, SLICE);
        let enabled = recorder.enable_scoped();
        let with = Slice::measure(&runtime, &clients, SLICE);
        drop(enabled);
        slices.add(without, with);
        let stats = recorder.stats();
        assert!(stats.bytes() <= MEMORY && stats.living_bytes() < MEMORY && stats.lost() == 0, "{stats:?}");
        memory.push(process::resident());
    }
    let recording = recorder.recording();
    // On each connection one may have begun before the recorder was enabled, which then knows no label.
    let slowest = recording.slowest("http::request", CONNECTIONS + 1);
    let recorded = slowest.iter().find(|life| life.start().is_some()).unwrap();
    assert!(matches!(recorded.label(), Some("GET /orders" | "GET /report")), "{recorded:?}");
    clients.stop();
    drop(runtime);

    let (early, late) = (memory[memory.len() / 4], memory[memory.len() - 1]);
    println!("{slices}");
    println!("resident: {early} KiB after a quarter of the time, {late} KiB at the end");
    if duration().is_some() {
        assert!(late <= early + early / 20, "{early} KiB, and later {late} KiB");
        assert!(slices.answered_ratio() >= LEAST_RATIO, "{slices}");
    }
}
