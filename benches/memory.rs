//! How much heap does an idle tracked task hold?

use std::pin::Pin;
use std::process::ExitCode;
use std::task::{Context, Poll};

use allocation_counter::measure;
use async_hooks_benches::{Bar, Case, Currency, OWN, Question, Sample, current_thread_runtime, with_locals_set};
use tokio::task::yield_now;

const BARE: &str = "tokio";

fn main() -> ExitCode {
    Question::counting(Currency::Bytes, "How much heap does an idle tracked task hold?")
        .case(Case::new(BARE, |sample| idle(sample, bare)))
        .case(Case::new("tracked", |sample| idle(sample, tracked)).bar(Bar::BytesOver(BARE, 80)))
        .case(
            Case::new("tracked, one context for all", |sample| with_locals_set(100, || idle(sample, tracked)))
                .bar(Bar::BytesOver(BARE, 80)),
        )
        .case(
            Case::new("tracked, a context and a value each", |sample| {
                idle(sample, |number| OWN.run(number, || tracked(number)));
            })
            .bar(Bar::BytesOver(BARE, 192)),
        )
        .answer()
}

/// A task whose future has `WORDS` words of its own, and never ends.
struct Idle<const WORDS: usize>([u64; WORDS]);

impl<const WORDS: usize> Future for Idle<WORDS> {
    type Output = u64;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u64> {
        if self.0.contains(&1) { Poll::Ready(1) } else { Poll::Pending }
    }
}

/// Calls `$spawn` with futures of growing size: tokio rounds a task up to 128 bytes, so one size alone says little.
macro_rules! spawn_sized {
    ($number:expr, $spawn:path) => {
        match $number % 8 {
            0 => drop($spawn(Idle([0; 0]))),
            1 => drop($spawn(Idle([0; 2]))),
            2 => drop($spawn(Idle([0; 4]))),
            3 => drop($spawn(Idle([0; 6]))),
            4 => drop($spawn(Idle([0; 8]))),
            5 => drop($spawn(Idle([0; 10]))),
            6 => drop($spawn(Idle([0; 12]))),
            _ => drop($spawn(Idle([0; 14]))),
        }
    };
}

fn bare(number: u64) {
    spawn_sized!(number, tokio::spawn);
}

fn tracked(number: u64) {
    spawn_sized!(number, async_hooks::tokio::spawn);
}

/// Spawns tasks, lets each be polled once, and counts what is still allocated then.
fn idle(sample: &mut Sample, spawn: impl Fn(u64)) {
    let runtime = current_thread_runtime();
    let spawn_all = |times| {
        runtime.block_on(async {
            for number in 0..times {
                spawn(number);
                yield_now().await;
            }
        });
    };
    // What a thread and a runtime allocate once belongs to no task.
    spawn_all(8);
    sample.count(|times| measure(|| spawn_all(times)).bytes_current.unsigned_abs());
}
