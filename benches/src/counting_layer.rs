//! The cheapest subscriber layer that does something: it counts.
//!
//! The hooks of [`with_counting_hooks`](crate::with_counting_hooks) do the same.

use std::sync::atomic::{AtomicU64, Ordering};

use tracing::Subscriber;
use tracing::span::{Attributes, Id};
use tracing_subscriber::layer::{Context, Layer};

/// One count for each of new, enter, exit and close; relaxed, and never read.
#[derive(Default, Debug)]
pub struct CountingLayer {
    counts: [AtomicU64; 4],
}

impl CountingLayer {
    #[inline]
    fn count(&self, event: usize) {
        self.counts[event].fetch_add(1, Ordering::Relaxed);
    }
}

impl<S: Subscriber> Layer<S> for CountingLayer {
    fn on_new_span(&self, _: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        self.count(0);
    }

    fn on_enter(&self, _: &Id, _: Context<'_, S>) {
        self.count(1);
    }

    fn on_exit(&self, _: &Id, _: Context<'_, S>) {
        self.count(2);
    }

    fn on_close(&self, _: Id, _: Context<'_, S>) {
        self.count(3);
    }
}
