//! Whether an event is being delivered on this thread, and whether something waits for the end of that.

use std::cell::Cell;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// No hook runs on this thread, and nothing waits.
    Idle,
    /// Hooks run.
    Delivering,
    /// Hooks run, and something is left to do when they have.
    DeliveringWithRest,
}

thread_local! {
    static PHASE: Cell<Phase> = const { Cell::new(Phase::Idle) };
}

/// Whether a hook runs on this thread.
#[inline]
pub(crate) fn is_delivering() -> bool {
    PHASE.get() != Phase::Idle
}

/// While an event is being delivered: has the rest done when that has ended.
pub(crate) fn leave_a_rest() {
    PHASE.set(Phase::DeliveringWithRest);
}

/// Delivers, where nothing is being delivered, and then does the rest for as long as there is any.
#[inline]
pub(crate) fn alone(deliver: impl FnOnce(), do_rest: fn()) {
    PHASE.set(Phase::Delivering);
    deliver();
    while PHASE.get() == Phase::DeliveringWithRest {
        PHASE.set(Phase::Delivering);
        do_rest();
    }
    PHASE.set(Phase::Idle);
}
