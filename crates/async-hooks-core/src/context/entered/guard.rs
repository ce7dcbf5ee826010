//! Guards that were dropped inside a deeper level, until the thread returns to theirs.

use std::mem;

use crate::context::entered::entry::{GuardEnd, WaitingGuard};
use crate::context::entered::list::List;
use crate::context::entered::thread::Thread;

impl List {
    /// Ends the guard where it is live.
    ///
    /// It may be live in a level further out, so it waits for that as well.
    pub(super) fn drop_guard(&mut self, thread: &mut Thread, guard: GuardEnd) {
        self.end_guard(thread, &guard);
        let is_elsewhere = !self.is_level_of(thread, &guard) || !is_as_deep(&guard, thread);
        if is_elsewhere && !thread.depth.is_thread() {
            self.guards.push(WaitingGuard { guard, dropped_at: thread.depth });
        }
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
        let is_found = self.end_guard(thread, guard) && is_as_deep(guard, thread);
        !is_found && !thread.depth.is_thread()
    }
}

/// Whether the thread is at the depth at which the guard was entered.
///
/// If not, the guard may still be live further out.
fn is_as_deep(guard: &GuardEnd, thread: &Thread) -> bool {
    guard.depth == thread.depth && guard.call == thread.call
}
