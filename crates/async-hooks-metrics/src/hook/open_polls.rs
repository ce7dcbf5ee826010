//! The polls that this thread is in, innermost last.

use std::cell::RefCell;

use async_hooks_core::AsyncId;

use crate::counts::counts::Place;

/// Polls that nest deeper are not timed.
const DEPTH: usize = 64;

thread_local! {
    static OPEN: RefCell<OpenPolls> = const { RefCell::new(OpenPolls { polls: [None; DEPTH], length: 0 }) };
}

/// It has no destructor, so that a poll pays for an access to memory and nothing more.
struct OpenPolls {
    polls: [Option<OpenPoll>; DEPTH],
    length: usize,
}

#[derive(Clone, Copy)]
pub(super) struct OpenPoll {
    /// Whose hook opened it: several may count at once.
    pub(super) counter: u64,
    pub(super) id: AsyncId,
    pub(super) place: Place,
    pub(super) start: u64,
    /// The thread was unwinding already: that panic is not this poll's.
    pub(super) began_in_a_panic: bool,
}

pub(super) fn open(poll: OpenPoll) {
    OPEN.with_borrow_mut(|open| {
        if let Some(slot) = open.polls.get_mut(open.length) {
            *slot = Some(poll);
            open.length += 1;
        }
    });
}

/// Closes the innermost poll of this resource, and forgets what was left open inside of it.
pub(super) fn close(counter: u64, id: AsyncId) -> Option<OpenPoll> {
    OPEN.with_borrow_mut(|open| {
        let is_it = |poll: &Option<OpenPoll>| poll.is_some_and(|poll| poll.id == id && poll.counter == counter);
        let at = open.polls[..open.length].iter().rposition(is_it)?;
        let closed = open.polls[at].take();
        let others_inside = open.polls[at + 1..open.length].iter().flatten().any(|poll| poll.counter != counter);
        if others_inside {
            open.polls[at..open.length].rotate_left(1);
            open.length -= 1;
        } else {
            open.length = at;
        }
        closed
    })
}
