//! The events of one thread, in their order: pairs each `before` with its `after`.

use std::sync::Arc;

use async_hooks_core::AsyncId;

use crate::model::assembler::Assembler;
use crate::model::poll_record::{PollFlags, PollRecord};
use crate::model::thread::Thread;
use crate::model::wake_record::{WakeRecord, WakeSource};
use crate::time::timestamp::Timestamp;

/// Reads the events of a thread into an assembler.
pub(crate) struct ThreadEvents {
    thread: Arc<Thread>,
    /// The polls that have begun and not ended, the innermost last.
    open: Vec<OpenPoll>,
    /// The resource whose poll ended last, until another one begins.
    last_ended: Option<AsyncId>,
    /// The first moment of which an event is known.
    first: Timestamp,
}

struct OpenPoll {
    id: AsyncId,
    start: Timestamp,
    /// The thread was unwinding already, so that a panic is not this poll's.
    is_unwinding: bool,
}

impl ThreadEvents {
    pub(crate) fn new(thread: Arc<Thread>, first: Timestamp) -> ThreadEvents {
        ThreadEvents { thread, open: Vec::new(), last_ended: None, first }
    }

    pub(crate) fn thread(&self) -> &Arc<Thread> {
        &self.thread
    }

    pub(crate) fn before(&mut self, id: AsyncId, at: Timestamp, is_unwinding: bool) {
        self.open.push(OpenPoll { id, start: at, is_unwinding });
        self.last_ended = None;
    }

    /// Ends the innermost open poll of the resource.
    ///
    /// If its beginning was overwritten, it began before all that is known.
    pub(crate) fn after(&mut self, into: &mut Assembler, id: AsyncId, at: Timestamp, is_unwinding: bool) {
        let open = match self.open.iter().rposition(|open| open.id == id) {
            Some(place) => self.open.remove(place),
            None => OpenPoll { id, start: self.first, is_unwinding: false },
        };
        let has_panicked = is_unwinding && !open.is_unwinding;
        self.end(into, &open, at, PollFlags { has_panicked, is_open: false });
        self.last_ended = Some(id);
    }

    /// A poll that is open when its resource ends gets no `after`.
    pub(crate) fn destroy(&mut self, into: &mut Assembler, id: AsyncId, at: Timestamp) {
        while let Some(place) = self.open.iter().rposition(|open| open.id == id) {
            let open = self.open.remove(place);
            self.end(into, &open, at, PollFlags { has_panicked: false, is_open: true });
        }
    }

    pub(crate) fn wake(&self, into: &mut Assembler, id: AsyncId, at: Timestamp, by: AsyncId, source: WakeSource) {
        let beside = match (by, source) {
            (AsyncId::ROOT, WakeSource::Unknown) => self.last_ended,
            (AsyncId::ROOT, _) => None,
            _ => self.open.iter().rev().map(|open| open.id).find(|open| *open != by).or(self.last_ended),
        };
        let beside = beside.filter(|beside| *beside != id);
        into.wake(id, WakeRecord { at, by, source, beside, thread: Arc::clone(&self.thread) });
    }

    /// Ends the polls that go on at the end of the recording.
    pub(crate) fn finish(mut self, into: &mut Assembler, at: Timestamp) {
        while let Some(open) = self.open.pop() {
            self.end(into, &open, at, PollFlags { has_panicked: false, is_open: true });
        }
    }

    fn end(&self, into: &mut Assembler, open: &OpenPoll, at: Timestamp, flags: PollFlags) {
        let (start, end) = (open.start, at.max(open.start));
        into.poll(open.id, PollRecord { start, end, thread: Arc::clone(&self.thread), flags });
    }
}
