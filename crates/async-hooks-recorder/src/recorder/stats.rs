//! What a recorder holds, in numbers.

use crate::rings::recording_rings::Rings;

/// How much a recorder holds, and what it could not keep.
///
/// Counted since the recorder was enabled.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncResource;
/// use async_hooks_recorder::FlightRecorder;
///
/// let recorder = FlightRecorder::builder().memory(8 << 20).build();
/// recorder.enable();
/// let query = AsyncResource::new("query");
/// query.run_in_async_scope(|| ());
///
/// let stats = recorder.stats();
/// assert!(stats.events() >= 3, "its init, before and after");
/// assert_eq!((stats.threads(), stats.overwritten(), stats.lost()), (1, 0, 0));
/// assert!(0 < stats.bytes() && stats.bytes() <= 8 << 20);
/// assert!(stats.living_bytes() < 1 << 20, "one query lives");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecorderStats {
    pub(crate) events: u64,
    pub(crate) bytes: usize,
    pub(crate) living_bytes: usize,
    pub(crate) threads: usize,
    pub(crate) overwritten: u64,
    pub(crate) lost: u64,
}

impl RecorderStats {
    pub(crate) fn of(rings: &Rings) -> RecorderStats {
        let (pool, living) = (rings.pool(), rings.living());
        RecorderStats {
            events: pool.all().iter().map(|chunk| chunk.events()).sum::<u64>() + living.len() as u64,
            bytes: pool.bytes(),
            living_bytes: living.bytes(),
            threads: pool.threads(),
            overwritten: pool.missing().events,
            lost: rings.lost(),
        }
    }

    /// Returns the number of events that a recording would hold now.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Returns the memory of the rings, in bytes.
    ///
    /// It grows until it is what the builder's `memory` says.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Returns the memory of what is kept of living resources, in bytes.
    #[must_use]
    pub fn living_bytes(&self) -> usize {
        self.living_bytes
    }

    /// Returns the number of threads that write events and have not ended.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Returns the number of events that newer ones have overwritten.
    #[must_use]
    pub fn overwritten(&self) -> u64 {
        self.overwritten
    }

    /// Returns the number of events that could not be written at all.
    ///
    /// That happens when each chunk of memory belongs to another thread.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost
    }
}
