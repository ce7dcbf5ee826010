//! Tasks of several sizes.
//!
//! tokio rounds the cell of a task up to 128 bytes and aligns it so, and what an allocator makes of that depends on the size and
//! on what was freed before. One size says little; a round over eight sizes says what a task costs.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Runtime;
use tokio::task::{JoinHandle, yield_now};

use crate::spawner::Spawner;

/// What the task of a round's next number does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u64)]
pub enum Work {
    /// Nothing, ever.
    Idle,
    /// It is ready when it is polled.
    Ready,
}

/// Spawns a task whose future is one of eight sizes.
#[inline]
pub fn spawn_sized(spawner: &impl Spawner, number: u64, work: Work) -> JoinHandle<u64> {
    match number % 8 {
        0 => spawner.spawn(Words([work as u64; 1])),
        1 => spawner.spawn(Words([work as u64; 3])),
        2 => spawner.spawn(Words([work as u64; 5])),
        3 => spawner.spawn(Words([work as u64; 7])),
        4 => spawner.spawn(Words([work as u64; 9])),
        5 => spawner.spawn(Words([work as u64; 11])),
        6 => spawner.spawn(Words([work as u64; 13])),
        _ => spawner.spawn(Words([work as u64; 15])),
    }
}

/// Spawns tasks, lets each be polled once, and has `measure` say what that left behind.
pub fn idle_tasks(
    times: u64,
    runtime: &Runtime,
    spawn: impl Fn(u64),
    measure: impl Fn(&mut dyn FnMut()) -> i64,
) -> u64 {
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
    measure(&mut || spawn_all(times)).unsigned_abs()
}

struct Words<const WORDS: usize>([u64; WORDS]);

impl<const WORDS: usize> Future for Words<WORDS> {
    type Output = u64;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u64> {
        if self.0.contains(&(Work::Ready as u64)) { Poll::Ready(1) } else { Poll::Pending }
    }
}
