//! Wakes as tokio itself reports them.
//!
//! With its `tracing` feature each use of a task's waker is an event.
//!
//! A wrapper reports the wakes of what it wraps; here are those of all other tasks. When a timer fires or a socket is
//! ready, no task wakes, but the runtime's driver does. tokio does not report which of the two it was, but a task that
//! waits for a timer has taken its waker within an operation of that timer; so a task that has only ever waited for
//! timers was woken by one.

use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};

use async_hooks_core::runtime;
use async_hooks_core::{Resource, execution_async_resource};
use tracing_core::field::{Field, Visit};
use tracing_core::{Event, Metadata};

/// What a task has handed its waker to, so far.
#[derive(Debug, Default)]
pub(crate) struct Waits(AtomicU8);

impl Waits {
    const TIMER: u8 = 1;
    const OTHER: u8 = 1 << 1;

    fn note(&self, by: &Resource) {
        let waits = if is_timer(by.kind()) { Self::TIMER } else { Self::OTHER };
        self.0.fetch_or(waits, Ordering::Relaxed);
    }

    /// The driver, by what it was that it drove, where that is known.
    fn driver(&self) -> &'static str {
        match self.0.load(Ordering::Relaxed) {
            Self::TIMER => "tokio::time",
            Self::OTHER => "tokio::io",
            _ => DRIVER,
        }
    }
}

/// As the adapter of the runtime calls it.
const DRIVER: &str = "tokio::driver";

fn is_timer(kind: &str) -> bool {
    kind == "tokio::Sleep" || kind == "tokio::Interval"
}

/// What is done with a waker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Clone,
    Wake,
    Drop,
}

/// One such event: what is done with the waker of which task, named by its span.
#[derive(Debug)]
pub(crate) struct WakerEvent {
    used: Use,
    pub(crate) span: u64,
}

impl WakerEvent {
    /// `None` for any other event.
    #[inline]
    pub(crate) fn of(event: &Event<'_>) -> Option<Self> {
        if is_of_wakers(event.metadata()) { Self::read(event) } else { None }
    }

    #[cold]
    fn read(event: &Event<'_>) -> Option<Self> {
        let mut fields = WakerFields::default();
        event.record(&mut fields);
        Some(WakerEvent { used: fields.used?, span: fields.span? })
    }

    /// Tells hooks of a wake, and keeps in mind what the task waits for.
    pub(crate) fn report(&self, woken: &Resource, waits: &Waits) {
        let by = execution_async_resource();
        match self.used {
            Use::Clone => waits.note(&by),
            Use::Wake if by.kind() == DRIVER => runtime::wake(woken, runtime::driver(waits.driver())),
            Use::Wake => runtime::wake(woken, by),
            Use::Drop => {}
        }
    }
}

#[inline]
fn is_of_wakers(metadata: &Metadata<'_>) -> bool {
    metadata.target() == "tokio::task::waker"
}

#[derive(Default)]
struct WakerFields {
    used: Option<Use>,
    span: Option<u64>,
}

impl Visit for WakerFields {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "op" {
            self.used = match value {
                "waker.clone" => Some(Use::Clone),
                "waker.wake" | "waker.wake_by_ref" => Some(Use::Wake),
                "waker.drop" => Some(Use::Drop),
                _ => None,
            };
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "task.id" {
            self.span = Some(value);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}
