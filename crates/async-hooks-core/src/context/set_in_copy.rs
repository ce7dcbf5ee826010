//! Setting a local for a call that captures the context.
//!
//! What is captured shares the mapping's nodes. So neither the value nor the one before it can be put in place: each would take
//! a copy. Here the value is set in one copy, and the mapping around it is kept until the call ends.

use crate::context::current;
use crate::context::entered;
use crate::context::mapping::Mapping;
use crate::context::mapping::node::{Key, Value};
use crate::context::setting::{self, changes};

/// As [`run_with`](setting::run_with), for an `f` that captures the context.
pub(crate) fn run_capturing<R>(local: Key, value: Value, f: impl FnOnce() -> R) -> R {
    let around = current::capture();
    if entered::is_any() || around.found(local).is_guarded() {
        return setting::run_with(local, value, f);
    }
    let copy = around.with(local, setting::owner(), value);
    let _ends_after_the_call = SetInCopy::begin(local, copy);
    f()
}

/// The value that is set in a copy, until it is dropped.
struct SetInCopy {
    local: Key,
    /// The mapping around the copy.
    around: Mapping,
    /// Where the copy is.
    address: usize,
    /// The number of persistent changes at its beginning.
    changes: u32,
}

impl SetInCopy {
    fn begin(local: Key, copy: Mapping) -> SetInCopy {
        let mut set = SetInCopy { local, address: copy.address(), around: copy, changes: changes() };
        current::swap(&mut set.around);
        set
    }

    /// Whether the copy is current, and is as it was made.
    fn is_unchanged(&self) -> bool {
        let is_current = current::read(|mapping| mapping.address() == self.address);
        is_current && changes() == self.changes && !entered::is_any()
    }
}

impl Drop for SetInCopy {
    fn drop(&mut self) {
        if self.is_unchanged() {
            current::swap(&mut self.around);
            setting::note_end_of_scoped_value();
        } else {
            setting::end_with(self.local, 0, self.around.found(self.local));
        }
    }
}
