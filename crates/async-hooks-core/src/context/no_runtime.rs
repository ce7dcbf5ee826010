//! Stands in for `untracked` where no runtime is known.

use std::panic::Location;

pub(super) fn is_task() -> bool {
    false
}

pub(crate) fn is_budget_used_up() -> bool {
    false
}

pub(super) fn begin_guard(_: u64, _: &'static Location<'static>) {}

pub(super) fn end_guard(_: u64) {}

pub(super) fn report_ignored(_: &'static Location<'static>) {}
