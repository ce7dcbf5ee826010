//! A watch keeps the table: its hooks are enabled while there is one.

use std::sync::atomic::Ordering;

use crate::alive::table::{TABLE, Table, TableRef};
use crate::sync::AtomicU32;
use crate::tool::switch::Listen;

/// Keeps the table from `listen` until it is dropped.
///
/// Its owner sees only what was created in that time.
///
/// The table's hook keeps its place among all hooks meanwhile. So a hook that reads the table in an event runs after it, if it
/// is enabled after `listen` and disabled before the drop.
pub(crate) struct Watch<T: TableRef = &'static Table> {
    table: T,
    lives: T::Hook,
    polls: Option<T::Hook>,
    generation: AtomicU32,
}

/// Later than every generation: before it listens, a watch sees nothing.
const NONE_YET: u32 = u32::MAX;

impl Watch {
    /// Watches creations and ends, once it listens.
    pub(crate) fn lives() -> Watch {
        Watch::of(&*TABLE, None)
    }

    /// Watches each scope as well: how often, how long, when last.
    pub(crate) fn lives_and_polls() -> Watch {
        Watch::of(&*TABLE, Some(TABLE.polls.join()))
    }
}

impl<T: TableRef> Watch<T> {
    fn of(table: T, polls: Option<T::Hook>) -> Self {
        Watch { lives: table.lives.join(), polls, generation: AtomicU32::new(NONE_YET), table }
    }

    /// Records of this generation and later ones were made while this watched.
    pub(crate) fn generation(&self) -> u32 {
        self.generation.load(Ordering::Acquire)
    }
}

impl<T: TableRef + Send + Sync + 'static> Listen for Watch<T>
where
    T::Hook: Send + Sync,
{
    fn listen(&self) {
        self.table.lives.listen(&self.lives);
        if let Some(polls) = &self.polls {
            self.table.polls.listen(polls);
        }
        // After the hooks were enabled: the end of what is created in this generation is then observed, too.
        let generation = self.table.next_generation();
        let _ = self.generation.compare_exchange(NONE_YET, generation, Ordering::AcqRel, Ordering::Acquire);
    }
}

impl<T: TableRef> Drop for Watch<T> {
    fn drop(&mut self) {
        // Both are left before one is disabled, since disabling may drop a hook of the program, whose drop may panic.
        let table = &*self.table;
        let has_left_polls = self.polls.is_some() && table.polls.leave(|| ()).is_some();
        let newest = table.lives.leave(|| table.generation());
        if has_left_polls {
            table.polls.settle();
        }
        if let Some(newest) = newest {
            table.lives.settle();
            // A watch that has joined meanwhile has a later generation.
            table.forget_until(newest);
        }
    }
}

#[cfg(all(test, async_hooks_model))]
mod model;
