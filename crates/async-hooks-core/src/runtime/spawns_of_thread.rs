//! The tasks whose spawn this thread has begun and not yet reported, the innermost last.
//!
//! The span of a task and the callback of its runtime are called by one thread, within one call of `spawn`. So this thread alone
//! knows whether a task without an open offer was never offered, or was offered and has ended since.

use std::cell::Cell;

/// How many spawns within each other a thread remembers.
///
/// A runtime without callbacks reports no spawn, so what is kept has a bound.
const DEPTH: usize = 16;

/// Has no destructor, so a thread can spawn at its end, too.
struct Spawns {
    /// A stack whose bottom is overwritten. No task has the number 0.
    tasks: [Cell<u64>; DEPTH],
    depth: Cell<usize>,
}

thread_local! {
    static SPAWNS: Spawns = const { Spawns { tasks: [const { Cell::new(0) }; DEPTH], depth: Cell::new(0) } };
}

/// Remembers that this thread spawns the task.
pub(super) fn begin(task: u64) {
    SPAWNS.with(|spawns| {
        let depth = spawns.depth.get();
        spawns.tasks[depth % DEPTH].set(task);
        spawns.depth.set(depth.wrapping_add(1));
    });
}

/// Whether this thread has begun to spawn the task.
///
/// Forgets the task, and the spawns within its own: they have returned.
pub(super) fn end(task: u64) -> bool {
    SPAWNS.with(|spawns| {
        let depth = spawns.depth.get();
        let begun =
            (1..=DEPTH).map(|above| depth.wrapping_sub(above)).find(|&at| spawns.tasks[at % DEPTH].get() == task);
        let Some(at) = begun else { return false };
        spawns.tasks[at % DEPTH].set(0);
        spawns.depth.set(at);
        true
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spawn_ends_once_and_on_its_own_thread() {
        begin(1);
        assert!(std::thread::spawn(|| !end(1)).join().is_ok_and(|is_unknown| is_unknown));
        assert!(end(1));
        assert!(!end(1));
    }

    #[test]
    fn the_outer_spawn_is_known_after_many_within_it() {
        begin(10);
        for inner in 11..10_000 {
            begin(inner);
            assert!(end(inner));
        }
        assert!(end(10));
    }

    #[test]
    fn the_end_of_the_outer_spawn_forgets_those_within_it_that_nobody_reported() {
        begin(20);
        (21..30).for_each(begin);
        assert!(end(20));
        begin(30);
        assert!(end(30));
        assert_eq!(SPAWNS.with(|spawns| spawns.depth.get()), 0);
    }

    #[test]
    fn spawns_that_nobody_reports_are_forgotten_the_oldest_first() {
        (100..1_000).for_each(begin);
        assert!(!end(999 - DEPTH as u64));
        assert!(end(1_000 - DEPTH as u64));
    }
}
