//! Everything at once: runtimes, tasks, tools and threads that come and go, and a judge.
//!
//! A round is a second of random acts on three threads. When they have ended, nothing may be left: no resource, no value, no
//! thread, no memory. In every other round a hook checks the order of all events; in the others there is none, so that the first
//! tool that is enabled is the first listener. `acts` is the list, `judge` what must hold, `oracle` the hook.
//!
//! 8 seconds here; `cargo xtask prove soak --minutes 15` goes on for longer and looks at the memory as well.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that meets the impossible may stop there")]

mod random;

mod oracle;

mod faults;

mod values;

#[cfg(tokio_unstable)]
#[path = "tracking.rs"]
mod built;
#[cfg(not(tokio_unstable))]
mod built;

mod runtimes;

mod tasks;

mod threads;

mod hooks;

mod tools;

mod acts;

mod judge;

use std::env;
use std::panic;
use std::thread;
use std::time::{Duration, Instant};

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::prelude::*;

use judge::Judge;
use oracle::Oracle;
use random::Random;

const ROUND: Duration = Duration::from_secs(1);
const THREADS: u64 = 3;

fn main() {
    // Panics are part of the mix. What fails is printed at the end.
    panic::set_hook(Box::new(|_| ()));
    // tokio's own spans are TRACE; with them each plain task would be a resource.
    tracing_subscriber::registry().with(async_hooks::tracing::layer()).with(LevelFilter::INFO).init();
    let end = Instant::now() + duration(env::args());
    let mut judge = Judge::new();
    for round in 0.. {
        run_round(round, &mut judge);
        if faults::any() || Instant::now() >= end {
            break;
        }
    }
    judge.memory();
    print!("{}", judge.figures());
    faults::report();
}

/// `--minutes 15` or `--seconds 15`, the last one.
///
/// Other arguments are those of a test harness.
fn duration(arguments: impl Iterator<Item = String>) -> Duration {
    let arguments: Vec<_> = arguments.collect();
    let number = |text: &str| text.parse::<u64>().expect("a number of minutes or seconds");
    let asked = arguments.windows(2).rev().find_map(|pair| match pair[0].as_str() {
        "--minutes" => Some(number(&pair[1]) * 60),
        "--seconds" => Some(number(&pair[1])),
        _ => None,
    });
    Duration::from_secs(asked.unwrap_or(8))
}

fn run_round(round: u64, judge: &mut Judge) {
    let oracle = (round % 2 == 0).then(Oracle::enable);
    let end = Instant::now() + ROUND;
    let act = |random: Random| move || acts::until(end, random);
    let threads = (0..THREADS).map(|thread| act(Random::of(round * THREADS + thread)));
    let threads: Vec<_> = threads.map(thread::spawn).collect();
    for thread in threads {
        if let Err(payload) = thread.join() {
            let text =
                payload.downcast_ref::<String>().cloned().or(payload.downcast_ref::<&str>().map(|text| (*text).into()));
            faults::add(format!("round {round}: an act panicked: {}", text.unwrap_or_default()));
        }
    }
    judge.round(round, oracle);
}
