//! A watch keeps the table: its hooks are enabled while there is one.

use std::sync::atomic::{AtomicU32, Ordering};

use async_hooks_core::AsyncHook;

use crate::alive::table::{LIVES, POLLS, TABLE};
use crate::tool::switch::Listen;

/// Keeps the table from `listen` until it is dropped.
///
/// Its owner sees only what was created in that time.
///
/// The table's hook keeps its place among all hooks meanwhile. So a hook that reads the table in an event runs after it, if it
/// is enabled after `listen` and disabled before the drop.
#[derive(Debug)]
pub(crate) struct Watch {
    lives: AsyncHook,
    polls: Option<AsyncHook>,
    generation: AtomicU32,
}

/// Later than every generation: before it listens, a watch sees nothing.
const NONE_YET: u32 = u32::MAX;

impl Watch {
    /// Watches creations and ends, once it listens.
    pub(crate) fn lives() -> Watch {
        Watch::new(None)
    }

    /// Watches each scope as well: how often, how long, when last.
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
        // After the hooks were enabled: the end of what is created in this generation is then observed, too.
        let generation = TABLE.next_generation();
        let _ = self.generation.compare_exchange(NONE_YET, generation, Ordering::AcqRel, Ordering::Acquire);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // Both are left before one is disabled, since disabling may drop a hook of the program, whose drop may panic.
        let has_left_polls = self.polls.is_some() && POLLS.leave(|| ()).is_some();
        let newest = LIVES.leave(|| TABLE.generation());
        if has_left_polls {
            POLLS.settle();
        }
        if let Some(newest) = newest {
            LIVES.settle();
            // A watch that has joined meanwhile has a later generation.
            TABLE.forget_until(newest);
        }
    }
}
