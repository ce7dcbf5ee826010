//! A thread of the recorded program.

use std::sync::Arc;

/// A thread: its number within the recording, and its name.
///
/// Two threads may have the same name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Thread {
    pub(crate) number: u32,
    pub(crate) name: Box<str>,
}

impl Thread {
    /// A thread whose name is not known.
    pub(crate) fn unnamed(number: u32) -> Arc<Thread> {
        Arc::new(Thread { number, name: format!("thread {number}").into() })
    }
}
