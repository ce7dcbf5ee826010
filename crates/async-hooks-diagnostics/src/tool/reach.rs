//! What an enabled tool sees: all resources, or only what some futures cause.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Shared by the settings of a tool and its listener.
#[derive(Clone, Debug)]
pub(crate) struct Reach {
    number: u64,
    sees_all: Arc<AtomicBool>,
}

impl Reach {
    /// Of a new tool, which sees nothing yet.
    pub(crate) fn new() -> Reach {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Reach { number: NEXT.fetch_add(1, Ordering::Relaxed), sees_all: Arc::default() }
    }

    /// The number of the tool, which marks what it sees.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Whether the tool sees all resources, marked or not.
    pub(crate) fn sees_all(&self) -> bool {
        self.sees_all.load(Ordering::Acquire)
    }

    pub(crate) fn set_sees_all(&self, sees_all: bool) {
        self.sees_all.store(sees_all, Ordering::Release);
    }
}
