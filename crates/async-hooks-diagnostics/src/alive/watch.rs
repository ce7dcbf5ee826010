//! Who wants the table kept: its hooks are enabled while there is a watch.

use async_hooks_core::AsyncHook;

use crate::alive::table::{LIVES, POLLS, TABLE};

/// Keeps the table while it lives, from now on: what was created earlier does not concern its owner.
///
/// The table's hook keeps its place among all hooks during that time. So a hook that reads the table in an event comes
/// after it if it is enabled after the watch begins and disabled before the drop.
#[derive(Debug)]
pub(crate) struct Watch {
    lives: AsyncHook,
    polls: Option<AsyncHook>,
    generation: u32,
}

impl Watch {
    /// Watches who is created and destroyed.
    pub(crate) fn lives() -> Watch {
        Watch::begin(None)
    }

    /// Watches each scope as well: how often, how long, when last.
    pub(crate) fn lives_and_polls() -> Watch {
        Watch::begin(Some(POLLS.join()))
    }

    fn begin(polls: Option<AsyncHook>) -> Watch {
        let mut watch = Watch { lives: LIVES.join(), polls, generation: 0 };
        LIVES.listen(&watch.lives);
        if let Some(polls) = &watch.polls {
            POLLS.listen(polls);
        }
        // After the hooks: what is created in this generation has its end recorded, too.
        watch.generation = TABLE.next_generation();
        watch
    }

    /// Records of this generation and later ones were made while this watched.
    pub(crate) fn generation(&self) -> u32 {
        self.generation
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
