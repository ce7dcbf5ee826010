//! Setting a local for a call that captures the context.
//!
//! What is captured shares the mapping's nodes. So neither the value nor the one before it could be exchanged in place: each
//! exchange would copy the nodes. Here the value is set in one copy, and the mapping that was current before is kept for the end.

use crate::context::current;
use crate::context::entered;
use crate::context::mapping::Mapping;
use crate::context::mapping::node::{Key, Value};
use crate::context::setting::{self, changes};

/// As [`run_with`](setting::run_with), for an `f` that captures the context.
pub(crate) fn run_capturing<R>(local: Key, value: Value, f: impl FnOnce() -> R) -> R {
    // Both need an entry in the list of what is entered, which `run_with` makes.
    if entered::is_any() || current::read(|mapping| mapping.found(local).is_guarded()) {
        return setting::run_with(local, value, f);
    }
    let copy = current::capture().with(local, setting::owner(), value);
    let _ends_after_the_call = SetInCopy::begin(local, copy);
    f()
}

/// The value that is set in a copy, until it is dropped.
struct SetInCopy {
    local: Key,
    /// The address of the copy.
    address: usize,
    /// The number of persistent changes before the call.
    changes: u32,
    /// The mapping that was current before the call.
    previous: Mapping,
}

impl SetInCopy {
    fn begin(local: Key, mut mapping: Mapping) -> SetInCopy {
        let (address, changes) = (mapping.address(), changes());
        current::swap(&mut mapping);
        SetInCopy { local, address, changes, previous: mapping }
    }

    /// Whether the copy is current, and is as it was made.
    fn is_unchanged(&self) -> bool {
        let is_current = current::read(|mapping| mapping.address() == self.address);
        is_current && changes() == self.changes && !entered::is_any()
    }
}

impl Drop for SetInCopy {
    fn drop(&mut self) {
        // A thread that keeps no changes has none to lose.
        if self.is_unchanged() || !current::keeps_changes() {
            current::swap(&mut self.previous);
            setting::note_end_of_scoped_value();
        } else {
            setting::end_with(self.local, 0, self.previous.found(self.local));
        }
    }
}
