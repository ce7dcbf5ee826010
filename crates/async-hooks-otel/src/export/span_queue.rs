//! The spans that wait for the exporter.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use opentelemetry_sdk::trace::SpanData;

use crate::export::stats::Counts;

pub(crate) struct SpanQueue {
    limit: usize,
    state: Mutex<State>,
    /// Something changed.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    spans: VecDeque<SpanData>,
    /// The exporter has a batch.
    is_exporting: bool,
    /// A call of `flush` waits for the exporter to flush as well.
    wants_flush: bool,
    is_closed: bool,
    /// The exporter is shut down.
    has_ended: bool,
}

/// What the exporter shall do next.
pub(super) enum Work {
    Export(Vec<SpanData>),
    Flush,
    End,
}

/// As many as OpenTelemetry's own batch processor exports at once.
pub(crate) const BATCH: usize = 512;

impl SpanQueue {
    pub(crate) fn new(limit: usize) -> SpanQueue {
        SpanQueue { limit, state: Mutex::default(), changed: Condvar::new() }
    }

    /// Takes the spans that there is room for; the rest is lost, and counted.
    pub(crate) fn append(&self, spans: &mut Vec<SpanData>, counts: &Counts) {
        let mut state = self.lock();
        let room = if state.is_closed { 0 } else { self.limit.saturating_sub(state.spans.len()) };
        counts.add_dropped(spans.len().saturating_sub(room));
        state.spans.extend(spans.drain(..).take(room));
        self.changed.notify_all();
    }

    /// Waits for something to do.
    pub(super) fn next(&self) -> Work {
        let mut state = self.lock();
        state.is_exporting = false;
        self.changed.notify_all();
        loop {
            if !state.spans.is_empty() {
                let batch = state.spans.len().min(BATCH);
                state.is_exporting = true;
                return Work::Export(state.spans.drain(..batch).collect());
            }
            if std::mem::take(&mut state.wants_flush) {
                state.is_exporting = true;
                return Work::Flush;
            }
            if state.is_closed {
                return Work::End;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits until everything is exported; returns whether that was so before the deadline.
    pub(crate) fn flush(&self, deadline: Instant) -> bool {
        let mut state = self.lock();
        state.wants_flush = true;
        self.changed.notify_all();
        loop {
            let is_done = state.spans.is_empty() && !state.is_exporting && !state.wants_flush;
            let left = deadline.saturating_duration_since(Instant::now());
            if is_done || left.is_zero() || state.is_closed && !state.is_exporting && state.spans.is_empty() {
                return is_done;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Lets the exporter end when the queue is empty. What comes later is lost.
    pub(crate) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    /// Drops what waits, and counts it.
    pub(crate) fn discard(&self, counts: &Counts) {
        let spans = std::mem::take(&mut self.lock().spans);
        counts.add_dropped(spans.len());
    }

    pub(super) fn end(&self) {
        self.lock().has_ended = true;
        self.changed.notify_all();
    }

    /// Waits until the exporter is shut down; returns whether that was so before the deadline.
    pub(crate) fn wait_for_end(&self, deadline: Instant) -> bool {
        let left = deadline.saturating_duration_since(Instant::now());
        let waited = self.changed.wait_timeout_while(self.lock(), left, |state| !state.has_ended);
        waited.unwrap_or_else(PoisonError::into_inner).0.has_ended
    }

    /// Nothing under the lock panics.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
