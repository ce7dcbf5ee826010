//! What a thread writes with: its open section, and the one place where a word is written.

use std::sync::{Arc, Weak};
use std::thread;

use crate::model::thread::Thread;
use crate::rings::chunk::Chunk;
use crate::rings::pool::{self, Pool};
use crate::rings::word::{self, ELAPSED_LIMIT, Tag};
use crate::time::clock;

/// Writes the events of one thread, in one period of one recorder.
///
/// Dropping it gives the chunk back; what was written stays.
pub(crate) struct Writer {
    /// The period that it writes for; 0 for none.
    period: u64,
    chunk: Option<Arc<Chunk>>,
    /// The words of the chunk, written and in all. Both are 0 without a chunk.
    at: usize,
    capacity: usize,
    /// The time of the last event.
    last: u64,
    /// The high half of the last event's id.
    high: u32,
    /// The number of events in the chunk, and of those from before the section.
    events: u32,
    earlier_events: u32,
    /// The resource whose poll began last; 0 for none.
    begun: u64,
    thread: Option<Arc<Thread>>,
    pool: Weak<Pool>,
}

impl Writer {
    /// A writer that cannot write.
    pub(crate) const fn none() -> Writer {
        Writer {
            period: 0,
            chunk: None,
            at: 0,
            capacity: 0,
            last: 0,
            high: 0,
            events: 0,
            earlier_events: 0,
            begun: 0,
            thread: None,
            pool: Weak::new(),
        }
    }

    /// Begins to write for this thread.
    pub(crate) fn begin(period: u64, pool: &Arc<Pool>) -> Writer {
        let number = pool.begin_thread();
        let thread = match thread::current().name() {
            Some(name) => Arc::new(Thread { number, name: name.into() }),
            None => Thread::unnamed(number),
        };
        Writer::of(period, pool, thread)
    }

    /// Begins to write for threads that cannot write themselves any more.
    pub(crate) fn begin_stray(period: u64, pool: &Arc<Pool>) -> Writer {
        let thread = Arc::new(Thread { number: pool.begin_thread(), name: "ending threads".into() });
        Writer::of(period, pool, thread)
    }

    fn of(period: u64, pool: &Arc<Pool>, thread: Arc<Thread>) -> Writer {
        let mut writer = Writer::none();
        (writer.period, writer.thread, writer.pool) = (period, Some(thread), Arc::downgrade(pool));
        writer
    }

    #[inline]
    pub(crate) fn period(&self) -> u64 {
        self.period
    }

    /// Whether its recorder is gone.
    pub(crate) fn is_orphan(&self) -> bool {
        self.pool.strong_count() == 0
    }

    pub(crate) fn thread_number(&self) -> u32 {
        self.thread.as_ref().map_or(0, |thread| thread.number)
    }

    #[inline]
    pub(crate) fn has_begun(&self, id: u64) -> bool {
        self.begun == id
    }

    #[inline]
    pub(crate) fn note_begun(&mut self, id: u64) {
        self.begun = id;
    }

    /// Writes an event of one word; false if there is no room in the whole pool.
    #[inline]
    pub(crate) fn event(&mut self, tag: Tag, id: u64) -> bool {
        self.open_event(tag, id, 1) && self.complete(1)
    }

    /// Writes the first word of an event of `words`.
    ///
    /// [`put`](Self::put) and [`complete`](Self::complete) follow.
    #[inline]
    pub(crate) fn open_event(&mut self, tag: Tag, id: u64, words: usize) -> bool {
        let now = clock::elapsed_nanos().max(self.last);
        let elapsed = now - self.last;
        let fits = elapsed < ELAPSED_LIMIT && word::high(id) == self.high && self.at + words <= self.capacity;
        if fits {
            self.last = now;
            self.put(word::event(tag, elapsed, id));
            return true;
        }
        self.open_after_exchange(tag, id, words, now)
    }

    #[inline]
    pub(crate) fn put(&mut self, word: u64) {
        if let Some(chunk) = &self.chunk {
            chunk.write(self.at, word);
            self.at += 1;
        }
    }

    /// Publishes what was put, which counts as this many events.
    #[inline]
    pub(crate) fn complete(&mut self, events: u32) -> bool {
        self.events += events;
        if let Some(chunk) = &self.chunk {
            chunk.publish(self.events, self.at);
        }
        true
    }

    /// Exchanges the chunk if it is full, and writes what the event needs before its own word.
    #[cold]
    #[inline(never)]
    fn open_after_exchange(&mut self, tag: Tag, id: u64, words: usize, now: u64) -> bool {
        const BEFORE_IT: usize = 2;
        if self.at + words + BEFORE_IT > self.capacity && !self.exchange(now, word::high(id)) {
            return false;
        }
        if now - self.last >= ELAPSED_LIMIT {
            self.put(word::time(now));
            self.last = now;
        }
        if word::high(id) != self.high {
            self.put(word::high_half(id));
            self.high = word::high(id);
        }
        self.put(word::event(tag, now - self.last, id));
        self.last = now;
        true
    }

    fn exchange(&mut self, now: u64, high: u32) -> bool {
        self.close();
        let (Some(pool), Some(thread)) = (self.pool.upgrade(), self.thread.as_ref()) else { return false };
        let Some(chunk) = pool.take(self.period, pool::section(thread, now, high, self.begun)) else { return false };
        (self.at, self.capacity) = (chunk.len(), chunk.capacity());
        self.events = u32::try_from(chunk.events()).unwrap_or(u32::MAX);
        self.earlier_events = self.events;
        (self.last, self.high) = (now, high);
        self.chunk = Some(chunk);
        true
    }

    fn close(&mut self) {
        (self.at, self.capacity) = (0, 0);
        let Some(chunk) = self.chunk.take() else { return };
        chunk.close(self.last, u64::from(self.events - self.earlier_events));
        if let Some(pool) = self.pool.upgrade() {
            pool.give_back(self.period, chunk);
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
        if let Some(pool) = self.pool.upgrade() {
            pool.end_thread(self.period);
        }
    }
}
