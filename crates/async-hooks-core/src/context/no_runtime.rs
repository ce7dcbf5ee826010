//! Stands in for `untracked` where no runtime is known.

use std::panic::Location;

pub(super) fn is_task() -> bool {
    false
}

pub(crate) fn is_budget_used_up() -> bool {
    false
}

pub(super) fn report(_: &'static Location<'static>) {}
