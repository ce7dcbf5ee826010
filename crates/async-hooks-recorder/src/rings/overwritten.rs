//! What was overwritten, thread by thread.

use std::sync::Arc;

use crate::model::gap::Gap;
use crate::model::thread::Thread;
use crate::rings::chunk::Section;
use crate::time::time_range::TimeRange;
use crate::time::timestamp::Timestamp;

/// The threads that are listed by name; what others lost is counted together.
const THREADS: usize = 256;

#[derive(Default)]
pub(crate) struct Overwritten {
    threads: Vec<ThreadLoss>,
    events: u64,
    /// The time of the latest event that was overwritten.
    until: u64,
}

struct ThreadLoss {
    thread: Arc<Thread>,
    start: u64,
    end: u64,
    events: u64,
}

impl Overwritten {
    pub(crate) fn add(&mut self, section: &Section) {
        let Some((end, events)) = section.closed.filter(|(_, events)| *events > 0) else { return };
        self.events += events;
        self.until = self.until.max(end);
        let stretch = self.stretch_of(section);
        stretch.start = stretch.start.min(section.start);
        stretch.end = stretch.end.max(end);
        stretch.events += events;
    }

    fn stretch_of(&mut self, section: &Section) -> &mut ThreadLoss {
        let number = section.thread.number;
        let known = self.threads.iter().position(|stretch| stretch.thread.number == number);
        let place = known.unwrap_or_else(|| self.push(&section.thread, section.start));
        &mut self.threads[place]
    }

    /// The last place is for all threads that have none of their own.
    fn push(&mut self, thread: &Arc<Thread>, start: u64) -> usize {
        if self.threads.len() < THREADS {
            let thread = match self.threads.len() + 1 < THREADS {
                true => Arc::clone(thread),
                false => Arc::new(Thread { number: u32::MAX, name: "other threads".into() }),
            };
            self.threads.push(ThreadLoss { thread, start, end: start, events: 0 });
        }
        self.threads.len() - 1
    }

    pub(crate) fn events(&self) -> u64 {
        self.events
    }

    pub(crate) fn until(&self) -> u64 {
        self.until
    }

    pub(crate) fn gaps(&self) -> Vec<Gap> {
        Vec::from_iter(self.threads.iter().map(|stretch| Gap {
            thread: Arc::clone(&stretch.thread),
            interval: TimeRange::new(Timestamp::from_ticks(stretch.start), Timestamp::from_ticks(stretch.end)),
            events: Some(stretch.events),
        }))
    }
}
