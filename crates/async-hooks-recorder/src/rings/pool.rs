//! The chunks of a recorder: which are free to be written, and which is the oldest.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::gap::Gap;
use crate::model::thread::Thread;
use crate::rings::chunk::{Chunk, Section};
use crate::rings::overwritten::Overwritten;

pub(crate) struct Pool {
    /// The number of chunks, and of words in each.
    chunks: usize,
    words: usize,
    state: Mutex<PoolState>,
}

#[derive(Default)]
struct PoolState {
    /// Names the time since the recorder was enabled.
    period: u64,
    all: Vec<Arc<Chunk>>,
    /// Those that nobody writes, in the order in which they were given back.
    idle: VecDeque<Arc<Chunk>>,
    overwritten: Overwritten,
    /// The number of threads that have begun to write, and of those that still can.
    threads_begun: u32,
    threads: usize,
}

/// What was lost until now.
pub(crate) struct Missing {
    pub(crate) gaps: Vec<Gap>,
    pub(crate) events: u64,
    pub(crate) until: u64,
}

/// A chunk that is given back with this part of it free is filled up by the next thread.
const WORTH_FILLING: usize = 4;

/// The words of the largest event, and more.
const LARGEST_EVENT: usize = 48;

/// A chunk has at most this many sections, which take memory besides its words.
const MAX_SECTIONS: usize = 16;

/// How many of the chunks that were given back last are looked at for room.
const LOOKED_AT: usize = 4;

impl Pool {
    /// A pool that takes this much memory once it is full.
    pub(crate) fn new(bytes: usize) -> Pool {
        let words = (bytes / 64 / 8).clamp(MIN_WORDS, MAX_WORDS);
        let chunks = (bytes / 8 / words).max(2);
        Pool { chunks, words, state: Mutex::default() }
    }

    /// Begins a period: forgets everything.
    pub(crate) fn begin(&self, period: u64) {
        let state = PoolState { period, ..PoolState::default() };
        let previous = std::mem::replace(&mut *self.lock(), state);
        drop(previous);
    }

    /// Whether this is the present period.
    pub(crate) fn is_in(&self, period: u64) -> bool {
        self.lock().period == period
    }

    /// Counts a thread that begins to write, and returns its number.
    pub(crate) fn begin_thread(&self) -> u32 {
        let mut state = self.lock();
        state.threads += 1;
        state.threads_begun = state.threads_begun.saturating_add(1);
        state.threads_begun
    }

    pub(crate) fn end_thread(&self, period: u64) {
        let mut state = self.lock();
        if state.period == period {
            state.threads = state.threads.saturating_sub(1);
        }
    }

    /// Opens a section in a chunk that has room, a new one, or the oldest.
    ///
    /// `None` if there is none, or the period is over.
    pub(crate) fn take(&self, period: u64, mut section: Section) -> Option<Arc<Chunk>> {
        let mut state = self.lock();
        if state.period != period {
            return None;
        }
        let chunk = state.with_room(self.words).or_else(|| self.add(&mut state)).or_else(|| state.oldest())?;
        section.from = chunk.len();
        chunk.open(section);
        Some(chunk)
    }

    /// Gives back a chunk whose last section was closed.
    pub(crate) fn give_back(&self, period: u64, chunk: Arc<Chunk>) {
        let mut state = self.lock();
        if state.period == period {
            state.idle.push_back(chunk);
        }
    }

    pub(crate) fn all(&self) -> Vec<Arc<Chunk>> {
        self.lock().all.clone()
    }

    pub(crate) fn threads(&self) -> usize {
        self.lock().threads
    }

    /// The memory of the chunks until now.
    pub(crate) fn bytes(&self) -> usize {
        self.lock().all.len() * self.words * 8
    }

    pub(crate) fn missing(&self) -> Missing {
        let state = self.lock();
        Missing { gaps: state.overwritten.gaps(), events: state.overwritten.events(), until: state.overwritten.until() }
    }

    fn add(&self, state: &mut PoolState) -> Option<Arc<Chunk>> {
        let chunk = (state.all.len() < self.chunks).then(|| Arc::new(Chunk::new(self.words)))?;
        state.all.push(Arc::clone(&chunk));
        Some(chunk)
    }

    /// Nothing under the lock panics.
    fn lock(&self) -> MutexGuard<'_, PoolState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A thread that only waits holds little memory, and chunks are exchanged rarely.
const MAX_WORDS: usize = 1024;

/// The largest event, with a label, fits several times.
const MIN_WORDS: usize = 128;

impl PoolState {
    /// A chunk that was given back lately, by a thread that has ended early.
    fn with_room(&mut self, words: usize) -> Option<Arc<Chunk>> {
        let least = (words / WORTH_FILLING).max(LARGEST_EVENT);
        let has_room = |chunk: &Arc<Chunk>| chunk.room() >= least && chunk.sections_len() < MAX_SECTIONS;
        let behind = self.idle.iter().rev().take(LOOKED_AT).position(has_room)?;
        self.idle.remove(self.idle.len() - 1 - behind)
    }

    fn oldest(&mut self) -> Option<Arc<Chunk>> {
        let chunk = self.idle.pop_front()?;
        chunk.empty().iter().for_each(|section| self.overwritten.add(section));
        Some(chunk)
    }
}

/// A section that begins now.
pub(crate) fn section(thread: &Arc<Thread>, start: u64, high: u32, begun: u64) -> Section {
    Section { thread: Arc::clone(thread), from: 0, start, high, begun, closed: None }
}
