//! The sink of a polled task: it receives the task's context each time that it changes.
//!
//! A task that no future of ours surrounds has its context in a record of its runtime's adapter. The polls of such a task overlap
//! at their edges, so the record cannot wait for the end of a poll to learn of a change.

use std::cell::Cell;
use std::fmt;

use crate::context::depth::Depth;
use crate::context::mapping::Mapping;

/// Receives the context of one task.
#[derive(Clone, Copy, Debug)]
pub struct ContextSink {
    /// The task, in the adapter's own numbers.
    pub task: u64,
    /// Takes the task's new context. Runs while nothing is borrowed and no lock is held.
    pub keep: fn(task: u64, CapturedContext),
}

/// The value of every `AsyncLocal` at once, as the task's next poll is to find them.
#[derive(Default)]
pub struct CapturedContext(pub(crate) Mapping);

impl fmt::Debug for CapturedContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CapturedContext").field("is_empty", &self.0.is_empty()).finish_non_exhaustive()
    }
}

/// Holds the sink of the innermost open poll of a thread.
pub(crate) struct SinkSlot {
    sink: Cell<Option<ContextSink>>,
    /// The depth of scopes at which changes are the task's own.
    ///
    /// A change in a deeper scope ends with that scope.
    depth: Cell<Depth>,
    /// Whether the sink has received a change in this poll.
    has_received: Cell<bool>,
}

/// A sink taken off the thread while another poll nests inside its poll.
pub(crate) struct OuterSink {
    sink: Option<ContextSink>,
    depth: Depth,
    has_received: bool,
}

impl SinkSlot {
    pub(crate) const fn new() -> Self {
        SinkSlot { sink: Cell::new(None), depth: Cell::new(Depth::THREAD), has_received: Cell::new(false) }
    }

    #[inline]
    pub(crate) fn is_open(&self) -> bool {
        self.sink.get().is_some()
    }

    #[inline]
    pub(crate) fn is_of(&self, task: u64) -> bool {
        self.sink.get().is_some_and(|sink| sink.task == task)
    }

    #[inline]
    pub(crate) fn open(&self, sink: ContextSink, depth: Depth) {
        self.depth.set(depth);
        self.sink.set(Some(sink));
    }

    #[inline]
    pub(crate) fn close(&self) {
        self.sink.set(None);
        self.has_received.set(false);
    }

    /// The sink receives nothing any more.
    pub(crate) fn freeze(&self) {
        self.depth.set(Depth::NONE);
    }

    /// The sink, if it is to receive a change made at this depth.
    pub(crate) fn for_change_at(&self, depth: Depth) -> Option<ContextSink> {
        let sink = self.sink.get().filter(|_| self.depth.get() == depth)?;
        self.has_received.set(true);
        Some(sink)
    }

    #[inline]
    pub(crate) fn has_received(&self) -> bool {
        self.has_received.get()
    }

    pub(crate) fn take(&self) -> OuterSink {
        OuterSink { sink: self.sink.take(), depth: self.depth.get(), has_received: self.has_received.take() }
    }

    pub(crate) fn put_back(&self, outer: OuterSink) {
        self.sink.set(outer.sink);
        self.depth.set(outer.depth);
        self.has_received.set(outer.has_received);
    }
}
