//! A piece of a ring: words that one thread writes, and any thread reads.

use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::thread::Thread;
use crate::time::timestamp::Timestamp;

/// Words with a single writer, who appends whole events.
///
/// A reader copies without a lock. It learns how far it may read from `published`, and from `version` whether the chunk was
/// given to another writer while it read; then what it has read is void.
pub(crate) struct Chunk {
    words: Box<[AtomicU64]>,
    /// The number of events (upper half) and of words (lower half) that are complete.
    published: AtomicU64,
    /// Counts how often the chunk was emptied. Changes under the lock of `sections`.
    version: AtomicU64,
    /// Who has written from which word on.
    sections: Mutex<Vec<Section>>,
}

/// What one thread has written into a chunk.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    pub(crate) thread: Arc<Thread>,
    /// Its first word.
    pub(crate) from: usize,
    /// The time that its first event counts from.
    pub(crate) start: u64,
    /// The high half of the first event's id.
    pub(crate) high: u32,
    /// The resource whose poll began last before it; 0 for none.
    pub(crate) begun: u64,
    /// The time and the number of its events, once it is closed.
    pub(crate) closed: Option<(u64, u64)>,
}

/// A consistent copy of a chunk.
pub(crate) struct CopiedChunk {
    pub(crate) sections: Vec<Section>,
    pub(crate) words: Vec<u64>,
}

impl Chunk {
    pub(crate) fn new(words: usize) -> Chunk {
        Chunk {
            words: (0..words).map(|_| AtomicU64::new(0)).collect(),
            published: AtomicU64::new(0),
            version: AtomicU64::new(0),
            sections: Mutex::default(),
        }
    }

    pub(crate) fn capacity(&self) -> usize {
        self.words.len()
    }

    /// The number of complete words.
    pub(crate) fn len(&self) -> usize {
        words_in(self.published())
    }

    /// The number of words that are free.
    pub(crate) fn room(&self) -> usize {
        self.capacity().saturating_sub(self.len())
    }

    pub(crate) fn sections_len(&self) -> usize {
        self.sections().len()
    }

    /// The number of complete events.
    pub(crate) fn events(&self) -> u64 {
        self.published() >> 32
    }

    /// The place of a word, which is not complete before [`publish`](Self::publish).
    ///
    /// Only the writer stores a word there.
    #[inline]
    pub(crate) fn place(&self, at: usize) -> Option<&AtomicU64> {
        self.words.get(at)
    }

    /// As [`place`](Self::place), of several words.
    #[inline]
    pub(crate) fn places(&self, at: usize, words: usize) -> Option<&[AtomicU64]> {
        self.words.get(at..at + words)
    }

    /// Completes what was written.
    #[inline]
    pub(crate) fn publish(&self, published: u64) {
        self.published.store(published, Ordering::Release);
    }

    pub(crate) fn published(&self) -> u64 {
        self.published.load(Ordering::Acquire)
    }

    /// Begins a section behind the others.
    pub(crate) fn open(&self, section: Section) {
        self.sections().push(section);
    }

    /// Closes the last section.
    pub(crate) fn close(&self, end: u64, events: u64) {
        if let Some(section) = self.sections().last_mut() {
            section.closed = Some((end, events));
        }
    }

    /// Empties the chunk for another writer, and returns the sections that were in it.
    pub(crate) fn empty(&self) -> Vec<Section> {
        let mut sections = self.sections();
        self.version.fetch_add(1, Ordering::Relaxed);
        // Between the new version and the new words: a reader that sees one of these sees that one, too.
        fence(Ordering::Release);
        self.published.store(0, Ordering::Release);
        std::mem::take(&mut *sections)
    }

    /// As [`copy`](Self::copy); also `None` if all of it happened before.
    pub(crate) fn copy_since(&self, since: Timestamp) -> Option<CopiedChunk> {
        let last = self.sections().last().and_then(|section| section.closed);
        let is_before = last.is_some_and(|(end, _)| Timestamp::from_ticks(end) < since);
        if is_before { None } else { self.copy() }
    }

    /// Copies what is complete; `None` if the chunk was emptied meanwhile.
    pub(crate) fn copy(&self) -> Option<CopiedChunk> {
        let (sections, version) = {
            let sections = self.sections();
            (sections.clone(), self.version.load(Ordering::Relaxed))
        };
        let length = self.len();
        let words = Vec::from_iter(self.words.iter().take(length).map(|word| word.load(Ordering::Relaxed)));
        fence(Ordering::Acquire);
        let is_whole = self.version.load(Ordering::Relaxed) == version;
        is_whole.then_some(CopiedChunk { sections, words })
    }

    /// Nothing under the lock panics.
    fn sections(&self) -> MutexGuard<'_, Vec<Section>> {
        self.sections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn words_in(published: u64) -> usize {
    published as u32 as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;
    use std::thread;

    fn section() -> Section {
        Section { thread: Thread::unnamed(1), from: 0, start: 0, high: 0, begun: 0, closed: None }
    }

    #[test]
    fn a_reader_copies_whole_events_of_one_writer_while_others_take_the_chunk() {
        const WORDS: usize = 64;
        let (chunk, is_done) = (Chunk::new(WORDS), AtomicBool::new(false));
        thread::scope(|scope| {
            scope.spawn(|| {
                for round in 0..20_000_u64 {
                    chunk.empty();
                    chunk.open(section());
                    for pair in 0..WORDS / 2 {
                        let write = |at| chunk.place(at).unwrap().store(round, Ordering::Relaxed);
                        write(2 * pair);
                        write(2 * pair + 1);
                        chunk.publish((pair as u64 + 1) << 32 | (2 * pair as u64 + 2));
                    }
                }
                is_done.store(true, Ordering::Release);
            });
            while !is_done.load(Ordering::Acquire) {
                if let Some(copy) = chunk.copy() {
                    assert_eq!(copy.words.len() % 2, 0);
                    assert!(copy.words.windows(2).all(|pair| pair[0] == pair[1]), "{:?}", copy.words);
                }
            }
        });
    }
}
