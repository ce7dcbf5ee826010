//! Changes of the context that outlive the call which makes them: `enter_with`, guards, what a `LocalFuture` hands over.
//!
//! A task without a future of ours around it has its context kept in a record. Its polls overlap at their edges, so the record
//! cannot wait for the end of a poll: whoever keeps it is told of such a change when it happens.

use std::cell::Cell;

use crate::context::current;
use crate::context::mapping::Mapping;
use crate::open_poll;

thread_local! {
    static CHANGES: Cell<u32> = const { Cell::new(0) };
}

/// How many such changes this thread has made; tells whether there were any in between.
#[inline]
pub(crate) fn changes() -> u32 {
    CHANGES.get()
}

/// Changes the current context for good.
pub(crate) fn change<R>(f: impl FnOnce(&mut Mapping) -> R) -> R {
    CHANGES.set(changes().wrapping_add(1));
    let replaced = current::change_to_stay(f);
    open_poll::keep_change();
    replaced
}
