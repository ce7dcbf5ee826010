//! What is not drawn, because the rules do not cover it.

use crate::program::{Scope, Step};

/// A thread counts the snapshots in whose calls it is, and not for each resource: what a future sets in such a call counts as captured
/// where it is polled outside, and a snapshot that was taken in such a call counts as set in another.
#[derive(Default)]
pub(crate) struct Covered {
    open: Vec<Scope>,
}

impl Covered {
    /// Whether the rules cover the step, after those before it.
    pub(crate) fn covers(&mut self, step: &Step) -> bool {
        let is_in_snapshot = self.open.iter().any(|scope| matches!(scope, Scope::Snapshot(_)));
        match step {
            Step::Open(scope) if is_in_snapshot && is_poll(scope) => return false,
            Step::Snapshot(_) => return !is_in_snapshot,
            Step::Open(scope) => self.open.push(*scope),
            Step::Close | Step::Done => drop(self.open.pop()),
            _ => {}
        }
        true
    }
}

fn is_poll(scope: &Scope) -> bool {
    !matches!(scope, Scope::Resource(_) | Scope::Run(..) | Scope::Snapshot(_))
}
