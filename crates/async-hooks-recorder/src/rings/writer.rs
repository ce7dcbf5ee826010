//! What a thread writes with: its open section, and the one place where a word is written.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::thread;

use crate::model::thread::Thread;
use crate::rings::chunk::Chunk;
use crate::rings::pool::{self, Pool};
use crate::rings::word::{self, ELAPSED_LIMIT, Tag};

/// Writes the events of one thread, in one period of one recorder.
///
/// Dropping it gives the chunk back; what was written stays.
pub(crate) struct Writer {
    /// The period that it writes for; 0 for none.
    period: u64,
    chunk: Option<Arc<Chunk>>,
    /// The number of events (upper half) and of words (lower half) in the chunk.
    written: u64,
    /// The words of the chunk in all; 0 without a chunk.
    capacity: usize,
    /// The time of the last event.
    last: u64,
    /// The high half of the last event's id.
    high: u32,
    /// The number of events in the chunk from before the section.
    earlier_events: u32,
    /// The resource whose poll began last; 0 for none.
    begun: u64,
    /// Resources that are in the table although they may be older than the period.
    ///
    /// Each is in the only place where it can be.
    known: [u64; KNOWN],
    thread: Option<Arc<Thread>>,
    pool: Weak<Pool>,
}

/// One event, in what is written.
const EVENT: u64 = 1 << 32;

/// The number of old resources that a thread knows.
const KNOWN: usize = 64;

impl Writer {
    /// A writer that cannot write.
    pub(crate) const fn none() -> Writer {
        Writer {
            period: 0,
            chunk: None,
            written: 0,
            capacity: 0,
            last: 0,
            high: 0,
            earlier_events: 0,
            begun: 0,
            known: [0; KNOWN],
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

    /// Whether its recorder is gone, or was enabled again.
    pub(crate) fn is_outdated(&self) -> bool {
        self.pool.upgrade().is_none_or(|pool| !pool.is_in(self.period))
    }

    pub(crate) fn thread_number(&self) -> u32 {
        self.thread.as_ref().map_or(0, |thread| thread.number)
    }

    #[inline]
    pub(crate) fn has_begun(&self, id: u64) -> bool {
        self.begun == id
    }

    /// Whether the resource is in the table, as far as this thread remembers.
    #[inline]
    pub(crate) fn knows(&self, id: u64) -> bool {
        self.known[id as usize % KNOWN] == id
    }

    pub(crate) fn note_known(&mut self, id: u64) {
        self.known[id as usize % KNOWN] = id;
    }

    #[inline]
    pub(crate) fn note_begun(&mut self, id: u64) {
        self.begun = id;
    }

    /// Writes an event of one word if that is all it takes, and returns whether it did.
    #[inline(always)]
    pub(crate) fn event_at_hand(&mut self, now: u64, tag: Tag, id: u64) -> bool {
        // A reading that is less than the last one becomes a very large difference.
        let elapsed = now.wrapping_sub(self.last);
        let fits = elapsed < ELAPSED_LIMIT && word::high(id) == self.high;
        let Some(chunk) = self.chunk.as_ref().filter(|_| fits) else { return false };
        let Some(place) = chunk.place(self.at()) else { return false };
        place.store(word::event(tag, elapsed, id), Ordering::Relaxed);
        self.last = now;
        self.written += EVENT + 1;
        chunk.publish(self.written);
        true
    }

    /// Writes an event of one word; false if there is no room in the whole pool.
    pub(crate) fn event(&mut self, now: u64, tag: Tag, id: u64) -> bool {
        self.open_event(now, tag, id, 1) && self.complete(1)
    }

    #[inline]
    pub(crate) fn put(&mut self, word: u64) {
        if let Some(place) = self.chunk.as_ref().and_then(|chunk| chunk.place(self.at())) {
            place.store(word, Ordering::Relaxed);
            self.written += 1;
        }
    }

    /// Puts a text, for which [`open_event`](Self::open_event) has made room.
    pub(crate) fn put_text(&mut self, text: &[u8]) {
        let Some(places) = self.chunk.as_ref().and_then(|chunk| chunk.places(self.at(), word::words_of(text.len())))
        else {
            return;
        };
        let mut rest = places.iter();
        // `for_each` runs each part of the text as a loop; `next` would test each time which part it is in.
        word::text_words(text).for_each(|word| {
            if let Some(place) = rest.next() {
                place.store(word, Ordering::Relaxed);
            }
        });
        self.written += places.len() as u64;
    }

    /// Publishes what was put, which counts as this many events.
    #[inline]
    pub(crate) fn complete(&mut self, events: u32) -> bool {
        self.written += EVENT * u64::from(events);
        if let Some(chunk) = &self.chunk {
            chunk.publish(self.written);
        }
        true
    }

    /// Writes the first word of an event of `words`.
    ///
    /// [`put`](Self::put) and [`complete`](Self::complete) follow. The chunk is exchanged if it is full, and what the event needs comes before its own word.
    pub(crate) fn open_event(&mut self, now: u64, tag: Tag, id: u64, words: usize) -> bool {
        const BEFORE_IT: usize = 2;
        let now = now.max(self.last);
        if self.at() + words + BEFORE_IT > self.capacity && !self.exchange(now, word::high(id)) {
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

    /// The number of words that are written.
    #[inline]
    fn at(&self) -> usize {
        self.written as u32 as usize
    }

    #[cold]
    fn exchange(&mut self, now: u64, high: u32) -> bool {
        self.close();
        let (Some(pool), Some(thread)) = (self.pool.upgrade(), self.thread.as_ref()) else { return false };
        let Some(chunk) = pool.take(self.period, pool::section(thread, now, high, self.begun)) else { return false };
        (self.written, self.capacity) = (chunk.published(), chunk.capacity());
        self.earlier_events = word::high(self.written);
        (self.last, self.high) = (now, high);
        self.chunk = Some(chunk);
        true
    }

    fn close(&mut self) {
        let events = word::high(self.written) - self.earlier_events;
        (self.written, self.earlier_events, self.capacity) = (0, 0, 0);
        let Some(chunk) = self.chunk.take() else { return };
        chunk.close(self.last, u64::from(events));
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
