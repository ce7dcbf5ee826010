//! The points of a program, and what each of them has seen.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use async_hooks::execution_async_id;
use tracing::info;

use crate::witness::{USER, owners};

/// Whether a point has to know its user: by a local's value, by the chain of triggers.
///
/// Where it has not, it must not see another's all the same.
#[derive(Clone, Copy)]
pub(crate) struct Reach {
    pub(crate) values: Need,
    pub(crate) ids: Need,
}

#[derive(Clone, Copy)]
pub(crate) enum Need {
    Yes,
    No,
    /// Where this row of the tracking report says that it is not out of reach.
    Row(&'static str),
}

pub(crate) const ALWAYS: Reach = Reach { values: Need::Yes, ids: Need::Yes };
pub(crate) const VALUES: Reach = Reach { values: Need::Yes, ids: Need::No };
pub(crate) const IDS: Reach = Reach { values: Need::No, ids: Need::Yes };

/// Out of reach, in each build.
pub(crate) const OUT_OF_REACH: Reach = Reach { values: Need::No, ids: Need::No };

pub(crate) const fn row(what: &'static str) -> Reach {
    Reach { values: Need::Row(what), ids: Need::Row(what) }
}

#[derive(Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) seen: usize,
    pub(crate) without_value: usize,
    pub(crate) without_id: usize,
    pub(crate) wrong_value: usize,
    pub(crate) wrong_id: usize,
}

static TALLIES: Mutex<BTreeMap<&'static str, (Reach, Tally)>> = Mutex::new(BTreeMap::new());

/// Compares what is read here with `caller`; an `anonymous` one sets no value.
pub(crate) fn check(point: &'static str, reach: Reach, caller: &str) {
    let expected = (!caller.starts_with("anonymous")).then_some(caller);
    let value = USER.get();
    let value = value.as_ref().map(|user| user.as_str());
    let owners = owners(execution_async_id());
    let mut tallies = TALLIES.lock().unwrap_or_else(PoisonError::into_inner);
    let (_, tally) = tallies.entry(point).or_insert((reach, Tally::default()));
    tally.seen += 1;
    tally.without_value += usize::from(value.is_none() && expected.is_some());
    tally.wrong_value += usize::from(value.is_some() && value != expected);
    tally.without_id += usize::from(owners.is_empty());
    tally.wrong_id += usize::from(owners.iter().any(|owner| **owner != *caller));
    drop(tallies);
    if matches!(reach, Reach { values: Need::Yes, ids: Need::Yes }) {
        info!("claims={caller}");
    }
}

/// Notes whether a value is set where none may be: in what works for all.
pub(crate) fn check_unset(point: &'static str) {
    let mut tallies = TALLIES.lock().unwrap_or_else(PoisonError::into_inner);
    let (_, tally) = tallies.entry(point).or_insert((OUT_OF_REACH, Tally::default()));
    tally.seen += 1;
    tally.wrong_value += usize::from(USER.get().is_some());
}

/// What the points have seen since this was called last.
pub(crate) fn take() -> BTreeMap<&'static str, (Reach, Tally)> {
    std::mem::take(&mut *TALLIES.lock().unwrap_or_else(PoisonError::into_inner))
}
