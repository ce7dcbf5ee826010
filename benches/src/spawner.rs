//! Ways to spawn, and a task to be spawned and joined.

use std::hint::black_box;

use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::runtime::current_thread_runtime;
use crate::sample::Sample;

/// A way to spawn.
pub trait Spawner {
    /// Spawns.
    fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static;
}

/// `tokio::spawn`.
#[derive(Debug)]
pub struct Bare;

/// `async_hooks::tokio::spawn`.
#[derive(Debug)]
pub struct Tracked;

impl Spawner for Bare {
    fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        tokio::spawn(future)
    }
}

impl Spawner for Tracked {
    fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        async_hooks::tokio::spawn(future)
    }
}

/// Spawns tasks one after the other, and waits for each.
pub fn spawn_and_join(sample: &mut Sample, spawner: &impl Spawner) {
    spawn_and_join_on(&current_thread_runtime(), sample, spawner);
}

/// The same, on this runtime.
///
/// The task owns a few words, so that tokio allocates it in the same size with and without tracking: tokio rounds tasks up to
/// 128 bytes, and what the allocator makes of another size is another question.
pub fn spawn_and_join_on(runtime: &Runtime, sample: &mut Sample, spawner: &impl Spawner) {
    sample.time_all(|times| {
        runtime.block_on(async {
            for _ in 0..times {
                drop(spawner.spawn(task()).await);
            }
        });
    });
}

fn task() -> impl Future<Output = [u64; 4]> {
    let words = black_box([1; 4]);
    async move { words }
}
