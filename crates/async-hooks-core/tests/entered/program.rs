//! Programs: what a thread enters and leaves, step by step.

use std::sync::Arc;

use crate::shown::{Local, Values};

#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) setup: Arc<Setup>,
    pub(crate) steps: Vec<Step>,
}

/// What there is before the first step.
///
/// Each is made at the root, with these values set around it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Setup {
    pub(crate) resources: Vec<Values>,
    pub(crate) snapshots: Vec<Values>,
    /// The local of an `AsyncLocal::scope` future, and what that sets it to.
    pub(crate) local_futures: Vec<(Local, u32)>,
    pub(crate) tracked: Vec<Values>,
    pub(crate) automatic: Vec<Values>,
}

/// One step.
///
/// A step that cannot be made where it stands (to leave what is not entered) is skipped, so each part of a program is
/// one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    /// Enters a resource as a span.
    Enter(usize),
    /// Leaves the span where it was entered last.
    Leave(usize),
    /// As `Leave`, by the resource and not by the key.
    LeaveResource(usize),
    /// The span ends, so it is left as often as it is entered.
    End(usize),
    /// The layer that has entered all spans goes.
    LayerGoes,
    /// Opens a scope; scopes are closed in the opposite order.
    Open(Scope),
    /// Closes the innermost scope; a future in it is not done.
    Close,
    /// Closes the innermost scope; a future in it is done.
    Done,
    /// A panic closes the innermost scope, and leaves this span first.
    Unwind(Option<usize>),
    /// Enters a guard, and keeps it in this place.
    Guard(usize, Local, u32),
    /// Drops the guard in this place.
    Drop(usize),
    /// `enter_with`.
    Stay(Local, u32),
    /// Makes a resource here, which takes this number.
    Make(usize),
    /// Takes a snapshot here, which takes this number.
    Snapshot(usize),
    /// Makes a tracked future and an automatic task here, which take this number.
    Spawn(usize),
    /// A second thread enters the span.
    EnterElsewhere(usize),
    /// The second thread leaves the span.
    LeaveElsewhere(usize),
    /// `enter_with` on the second thread.
    StayElsewhere(Local, u32),
}

/// What is left in the opposite order of entering. The numbers are those of the setup.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Scope {
    /// `AsyncResource::run_in_async_scope`.
    Resource(usize),
    /// `AsyncLocal::run`.
    Run(Local, u32),
    /// `Snapshot::run`.
    Snapshot(usize),
    /// A poll of an `AsyncLocal::scope` future.
    LocalFuture(usize),
    /// A poll of an `AsyncResource::scope` future.
    Tracked(usize),
    /// A poll of a task that only the callbacks of its runtime name.
    Automatic(usize),
}

impl Step {
    /// What does nearly the same, in the simplest way.
    pub(crate) fn plainer(self) -> Option<Step> {
        match self {
            Step::LeaveResource(n) | Step::End(n) => Some(Step::Leave(n)),
            Step::Done | Step::Unwind(_) => Some(Step::Close),
            _ => None,
        }
    }
}

impl Program {
    /// All that are a little simpler.
    pub(crate) fn simpler(&self) -> impl Iterator<Item = Program> + use<'_> {
        let steps = &self.steps;
        let without = |left_out: [usize; 2]| {
            let kept = steps.iter().enumerate().filter(move |(at, _)| !left_out.contains(at));
            kept.map(|(_, step)| *step).collect()
        };
        let pairs = (0..steps.len()).flat_map(|one| (one + 1..steps.len()).map(move |other| [one, other]));
        let shorter = (0..steps.len()).map(|at| [at, at]).chain(pairs).map(without);
        let plainer = steps.iter().enumerate().filter_map(|(at, step)| {
            let mut plainer = steps.clone();
            plainer[at] = step.plainer()?;
            Some(plainer)
        });
        shorter.chain(plainer).map(|steps| Program { setup: Arc::clone(&self.setup), steps })
    }
}
