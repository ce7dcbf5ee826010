//! Who wants the table kept: its hooks are enabled while anybody does.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_hooks_core::AsyncHook;

use crate::alive::table::{Lives, Polls, TABLE};

/// Keeps the table while it lives, from now on: what was created earlier is not its holder's concern.
#[derive(Debug)]
pub(crate) struct Watch {
    generation: u32,
    wants_polls: bool,
}

impl Watch {
    /// Watches who is created and destroyed.
    pub(crate) fn lives() -> Watch {
        Watch::begin(false)
    }

    /// Watches each scope as well: how often, how long, when last.
    pub(crate) fn lives_and_polls() -> Watch {
        Watch::begin(true)
    }

    fn begin(wants_polls: bool) -> Watch {
        LIVES.begin();
        if wants_polls {
            POLLS.begin();
            TABLE.hear_polls(true);
        }
        // Behind that: whoever ends as the last one at this moment forgets earlier generations only.
        Watch { generation: TABLE.next_generation(), wants_polls }
    }

    /// Records of this generation and later ones were made while this watched.
    pub(crate) fn generation(&self) -> u32 {
        self.generation
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if self.wants_polls && POLLS.end() {
            // A hint, and no more: should another watch begin at this moment, its polls are found all the same.
            TABLE.hear_polls(false);
        }
        let newest = TABLE.generation();
        if LIVES.end() {
            TABLE.forget_until(newest);
        }
    }
}

static LIVES: LazyLock<Keeper> = LazyLock::new(|| Keeper::new(AsyncHook::new(Lives)));

static POLLS: LazyLock<Keeper> = LazyLock::new(|| Keeper::new(AsyncHook::new(Polls)));

/// A hook, and how many want it.
struct Keeper {
    hook: AsyncHook,
    holders: AtomicUsize,
}

impl Keeper {
    fn new(hook: AsyncHook) -> Keeper {
        Keeper { hook, holders: AtomicUsize::new(0) }
    }

    fn begin(&self) {
        self.holders.fetch_add(1, Ordering::SeqCst);
        self.settle();
    }

    /// Whether that was the last holder.
    fn end(&self) -> bool {
        let was_last = self.holders.fetch_sub(1, Ordering::SeqCst) == 1;
        self.settle();
        was_last
    }

    /// Enables or disables the hook as the number of holders asks. Without a lock, for a change of the list of hooks may
    /// drop a hook of somebody else, whose drop may end a watch: so whoever has changed something looks again.
    fn settle(&self) {
        loop {
            let is_wanted = self.holders.load(Ordering::SeqCst) > 0;
            match (is_wanted, self.hook.is_enabled()) {
                (true, false) => self.hook.enable(),
                (false, true) => self.hook.disable(),
                _ => return,
            };
        }
    }
}
