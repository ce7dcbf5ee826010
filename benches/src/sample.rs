//! One sample: an operation, repeated, and what that cost.

use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

/// Asks a case for a number of iterations, and keeps what they cost. What is done outside the measured part is free.
#[derive(Debug)]
pub struct Sample {
    iterations: u64,
    elapsed: Duration,
    counted: u64,
}

/// Where the measured part begins and where it ends. Valgrind is told to watch for calls of it, by its name.
#[inline(never)]
pub(crate) fn boundary_of_what_is_measured() {
    black_box(());
}

impl Sample {
    pub(crate) fn new(iterations: u64) -> Self {
        Sample { iterations, elapsed: Duration::ZERO, counted: 0 }
    }

    /// Times the operation, repeated; what it returns is kept from the optimiser.
    #[inline]
    pub fn time<R>(&mut self, operation: impl FnMut() -> R) {
        self.elapsed = time(self.iterations, operation);
    }

    /// Times `repeat`, which is told how often to do the operation.
    pub fn time_all(&mut self, repeat: impl FnOnce(u64)) {
        let start = Instant::now();
        boundary_of_what_is_measured();
        repeat(self.iterations);
        boundary_of_what_is_measured();
        self.elapsed = start.elapsed();
    }

    /// Times the operation on several threads at once, repeated on each; the slowest thread counts.
    pub fn time_on_threads<R>(&mut self, threads: usize, operation: impl Fn() -> R + Sync) {
        let (iterations, start) = (self.iterations, Barrier::new(threads));
        let run = || {
            start.wait();
            time(iterations, &operation)
        };
        self.elapsed = thread::scope(|scope| {
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
            running.into_iter().filter_map(|thread| thread.join().ok()).max().unwrap_or_default()
        });
    }

    /// For somebody else's clock: `repeat` is told how often to do the operation, and says how long that took.
    pub fn time_elsewhere(&mut self, repeat: impl FnOnce(u64) -> Duration) {
        self.elapsed = repeat(self.iterations);
    }

    /// For bytes and allocations: `count` is told how often to do the operation, and says how many there were in all.
    pub fn count(&mut self, count: impl FnOnce(u64) -> u64) {
        self.counted = count(self.iterations);
    }

    pub(crate) fn nanoseconds_per_iteration(&self) -> f64 {
        self.elapsed.as_nanos() as f64 / self.iterations as f64
    }

    pub(crate) fn counted(&self) -> u64 {
        self.counted
    }

    pub(crate) fn counted_per_iteration(&self) -> f64 {
        self.counted as f64 / self.iterations as f64
    }
}

#[inline]
fn time<R>(iterations: u64, mut operation: impl FnMut() -> R) -> Duration {
    let start = Instant::now();
    boundary_of_what_is_measured();
    for _ in 0..iterations {
        black_box(operation());
    }
    boundary_of_what_is_measured();
    start.elapsed()
}
