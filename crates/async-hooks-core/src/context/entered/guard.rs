//! Guards that were dropped inside a deeper level, until the thread returns to theirs.

use std::mem;

use crate::context::entered::entry::{GuardEnd, WaitingGuard};
use crate::context::entered::list::List;
use crate::context::entered::thread::Thread;

/// A guard that had ended before it was dropped waits in vain, so the oldest are forgotten.
const MOST_WAITING: usize = 64;

impl List {
    /// Ends the guard where it is live.
    ///
    /// It may be live in a level further out, so it waits for that unless it has ended in its own. A future that is done hands its
    /// guards over to what surrounds it, so a level of the same depth need not be theirs.
    pub(super) fn drop_guard(&mut self, thread: &mut Thread, guard: GuardEnd) {
        let is_home = self.end_guard(thread, &guard) && is_where_entered(&guard, thread);
        if is_home || thread.depth.is_thread() {
            return;
        }
        if self.guards.len() == MOST_WAITING {
            self.guards.remove(0);
        }
        self.guards.push(WaitingGuard { guard, dropped_at: thread.depth });
    }

    /// A guard that waits for the levels that were open when it was dropped.
    ///
    /// It has ended once it was found at its own depth, or the thread is in no level.
    pub(super) fn settle_guards(&mut self, thread: &mut Thread) {
        let mut guards = mem::take(&mut self.guards);
        guards.retain_mut(|waiting| {
            if waiting.dropped_at <= thread.depth {
                return true;
            }
            waiting.dropped_at = thread.depth;
            self.still_waits(thread, &waiting.guard)
        });
        self.guards = guards;
    }

    fn still_waits(&mut self, thread: &mut Thread, guard: &GuardEnd) -> bool {
        let is_found = self.end_guard(thread, guard) && is_where_entered(guard, thread);
        !is_found && !thread.depth.is_thread()
    }
}

/// Whether the thread is in the level in which the guard was entered.
///
/// If not, the guard may still be live further out. A level of the same depth is another one if a future was done since.
fn is_where_entered(guard: &GuardEnd, thread: &Thread) -> bool {
    (guard.depth, guard.call, guard.handed_over) == (thread.depth, thread.call, thread.handed_over)
}
