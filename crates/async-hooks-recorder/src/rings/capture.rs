//! Copies the rings and the table, and makes a recording of them.
//!
//! The program goes on meanwhile.
//!
//! The end of the recording is read off the clock first. What an event causes happens after that event is written, so a copy
//! that ends at that moment never has an effect without its cause.

use std::collections::BTreeMap;
use std::process;
use std::sync::Arc;

use crate::model::assembler::{Assembler, Frame};
use crate::model::recording::{Losses, Recording};
use crate::model::thread_events::ThreadEvents;
use crate::rings::chunk::{CopiedChunk, Section};
use crate::rings::names::Names;
use crate::rings::recording_rings::Rings;
use crate::rings::section_reader::SectionReader;
use crate::time::time_range::TimeRange;
use crate::time::timestamp::Timestamp;

/// A short life takes about as many words: a mark of its trace, one poll, and its end.
const WORDS_OF_A_LIFE: usize = 12;

impl Rings {
    /// A recording of all that the rings hold.
    pub(crate) fn capture(&self) -> Recording {
        self.capture_since(Timestamp::MIN)
    }

    /// A recording of all that has happened since, and of some that happened before.
    ///
    /// Of the resources that are alive it has those that began since, or did something.
    pub(crate) fn capture_since(&self, since: Timestamp) -> Recording {
        let end = self.end_or_now();
        // The table first: what has left it is in the rings, maybe with an end that is later than this recording's.
        let living = self.living().copy_since(since);
        let chunks = self.chunks_since(since);
        let missing = self.pool().missing();

        let names = Names::new(&chunks);
        let mut into = Assembler::new();
        let words: usize = chunks.iter().map(|chunk| chunk.words.len()).sum();
        into.reserve(living.len() + words / WORDS_OF_A_LIFE);
        for sections in by_thread(&chunks).into_values() {
            read_thread(&sections, end, &names, &mut into);
        }
        for (id, living) in living {
            if living.was_alive_at(end) {
                into.describe(id, names.description(living));
            }
        }
        if since != Timestamp::MIN {
            self.describe_older(since, end, &names, &mut into);
        }
        let start = Timestamp::from_ticks(missing.until.max(self.began())).max(since);
        into.finish(Frame {
            interval: TimeRange::new(start.min(Timestamp::from_ticks(end)), Timestamp::from_ticks(end)),
            gaps: missing.gaps,
            losses: Losses { overwritten: missing.events, lost: self.lost() },
            process: process::id(),
        })
    }

    /// Describes those that began before and did something since.
    ///
    /// They are in the table; or they have left it after it was asked, and then their ends are in the rings by now. Such an end may
    /// have a time before the recording's end: a thread reads the clock first, and writes then.
    fn describe_older(&self, since: Timestamp, end: u64, names: &Names, into: &mut Assembler) {
        let mut have_left = false;
        for id in into.undescribed() {
            match self.living().get(id) {
                Some(living) => drop(into.describe(id, names.description(living))),
                None => have_left = true,
            }
        }
        if have_left {
            let chunks = self.chunks_since(since);
            let names = Names::new(&chunks);
            for (section, words) in by_thread(&chunks).into_values().flatten() {
                SectionReader::new(section, &names).read_ends(words, end, into);
            }
        }
    }

    fn chunks_since(&self, since: Timestamp) -> Vec<CopiedChunk> {
        self.pool().all().iter().filter_map(|chunk| chunk.copy_since(since)).collect()
    }
}

/// A section and its words.
type Words<'a> = (&'a Section, &'a [u64]);

/// The sections of each thread, in their order.
fn by_thread(chunks: &[CopiedChunk]) -> BTreeMap<u32, Vec<Words<'_>>> {
    let mut threads = BTreeMap::<u32, Vec<Words<'_>>>::new();
    for CopiedChunk { sections, words } in chunks {
        for (place, section) in sections.iter().enumerate() {
            let to = sections.get(place + 1).map_or(words.len(), |next| next.from.min(words.len()));
            let words = &words[section.from.min(to)..to];
            threads.entry(section.thread.number).or_default().push((section, words));
        }
    }
    threads.values_mut().for_each(|sections| sections.sort_by_key(|(section, _)| section.start));
    threads
}

fn read_thread(sections: &[Words<'_>], end: u64, names: &Names, into: &mut Assembler) {
    let Some((first, _)) = sections.first() else { return };
    let mut thread = ThreadEvents::new(Arc::clone(&first.thread), Timestamp::from_ticks(first.start));
    for (section, words) in sections {
        SectionReader::new(section, names).read(words, end, &mut thread, into);
    }
    thread.finish(into, Timestamp::from_ticks(end));
}
