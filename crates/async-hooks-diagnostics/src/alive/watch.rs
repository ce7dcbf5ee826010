//! Who wants the table kept: its hooks are enabled while there is a watch.

use std::sync::atomic::{AtomicU32, Ordering};

use async_hooks_core::AsyncHook;

use crate::alive::table::{LIVES, POLLS, TABLE};
use crate::tool::switch::Listen;

/// Keeps the table from when it listens until it is dropped: what was created earlier does not concern its owner.
///
/// The table's hook keeps its place among all hooks during that time. So a hook that reads the table in an event comes
/// after it if it is enabled after `listen` and disabled before the drop.
#[derive(Debug)]
pub(crate) struct Watch {
    lives: AsyncHook,
    polls: Option<AsyncHook>,
    generation: AtomicU32,
}

/// Later than every generation: before it listens, a watch sees nothing.
const NONE_YET: u32 = u32::MAX;

impl Watch {
    /// Will watch who is created and destroyed.
    pub(crate) fn lives() -> Watch {
        Watch::new(None)
    }

    /// Will watch each scope as well: how often, how long, when last.
    pub(crate) fn lives_and_polls() -> Watch {
        Watch::new(Some(POLLS.join()))
    }

    fn new(polls: Option<AsyncHook>) -> Watch {
        Watch { lives: LIVES.join(), polls, generation: AtomicU32::new(NONE_YET) }
    }

    /// Records of this generation and later ones were made while this watched.
    pub(crate) fn generation(&self) -> u32 {
        self.generation.load(Ordering::Acquire)
    }
}

impl Listen for Watch {
    fn listen(&self) {
        LIVES.listen(&self.lives);
        if let Some(polls) = &self.polls {
            POLLS.listen(polls);
        }
        // After the hooks: what is created in this generation has its end recorded, too.
        let generation = TABLE.next_generation();
        let _ = self.generation.compare_exchange(NONE_YET, generation, Ordering::AcqRel, Ordering::Acquire);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // Both are left before one is disabled, since that may drop a hook of the program, and its drop may panic.
        let has_left_polls = self.polls.is_some() && POLLS.leave(|| ()).is_some();
        let newest = LIVES.leave(|| TABLE.generation());
        if has_left_polls {
            POLLS.settle();
        }
        if let Some(newest) = newest {
            LIVES.settle();
            // A watch that has joined since then has a later generation.
            TABLE.forget_until(newest);
        }
    }
}
