//! Guards that were dropped inside a deeper level, and wait for the thread to come back to their own.

use crate::context::entered::entry::GuardEnd;
use crate::context::entered::list::List;
use crate::context::entered::thread::Thread;

impl List {
    /// Ends the guard where its value is. If its level is further out, the guard waits for it as well.
    pub(super) fn drop_guard(&mut self, thread: &mut Thread, guard: GuardEnd) {
        self.end_guard(thread, &guard);
        if guard.depth < thread.depth {
            self.guards.push(guard);
        }
    }

    /// A guard that finds nothing to end in its own level has ended before.
    pub(super) fn settle_guards(&mut self, thread: &mut Thread) {
        while let Some(at) = self.guards.iter().position(|guard| guard.depth >= thread.depth) {
            let guard = self.guards.swap_remove(at);
            self.end_guard(thread, &guard);
        }
    }
}
