//! The server of `axum_server` under load, with a recorder and without.
//!
//! With it, memory is flat, and nearly as many requests are answered. Processes serve in turn, each with its users: half of them have a
//! recorder that is enabled all the time, the others have none. So what is compared is client and server together.
//!
//! Two seconds here, where only the bounds of the recorder are checked; `cargo xtask prove recorder` takes an hour, and compares the
//! memory of the process, and the requests.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

mod client;
#[path = "../../axum_server/database.rs"]
mod database;
mod memory;
mod process;
#[path = "../../axum_server/server.rs"]
mod server;
mod service;
mod serving;
mod slice;
mod slices;
mod turns;

use std::env;
use std::time::{Duration, Instant};

use memory::Memory;
use service::Service;
use slices::Slices;

/// Several, since a process may be faster than another by where its memory happens to be.
const PAIRS: usize = 4;

/// One process serves, then the other, at most this long each.
const LONGEST_SLICE: Duration = Duration::from_secs(1);

/// The least share of the requests that the server answers with a recorder.
const LEAST_RATIO: f64 = 0.95;

/// The most by which memory grows, as a share.
const MOST_GROWTH: f64 = 0.05;

fn duration() -> Option<Duration> {
    env::var("RECORDER_LOAD_SECONDS").ok()?.parse().ok().map(Duration::from_secs)
}

#[test]
fn a_server_with_a_recorder_stays_within_its_memory_and_answers_nearly_as_many_requests() {
    if let Ok(role) = env::var(service::ROLE) {
        return turns::take(&role);
    }
    let mut pairs: [_; PAIRS] = std::array::from_fn(|_| (Service::start("with"), Service::start("without")));
    let total = duration().unwrap_or(Duration::from_secs(2));
    let slice = LONGEST_SLICE.min(total / 8);
    let (start, mut slices, mut memory) = (Instant::now(), Slices::default(), Memory::default());
    for round in 0.. {
        let (with, without) = &mut pairs[round % PAIRS];
        // The order changes, so that a machine which becomes slower or faster favours neither.
        let earlier = (round / PAIRS % 2 == 0).then(|| without.measure(slice));
        let recorded = with.measure(slice);
        slices.add(earlier.unwrap_or_else(|| without.measure(slice)), recorded);
        memory.note(recorded.resident);
        if start.elapsed() > total {
            break;
        }
    }
    for (with, without) in pairs {
        with.stop();
        without.stop();
    }
    println!("{slices}\n{memory}");
    if duration().is_some() {
        assert!(memory.is_known() && memory.grown() <= MOST_GROWTH, "{memory}");
        assert!(slices.answered_ratio() >= LEAST_RATIO, "{slices}");
    }
}
