//! One future that was dropped before it was done.

use std::fmt;
use std::time::Duration;

use async_hooks_core::{AsyncId, Resource};
use serde::Serialize;

use crate::alive::chain::Chain;
use crate::print::facts;
use crate::print::name::write_name;
use crate::print::palette::{Painted, Palette};
use crate::print::report::Report;
use crate::print::span::Span;

/// A future that was dropped before it was done: what, by whom, and what triggered it.
///
/// Given to the callback of [`CancellationsBuilder::on_cancel`](crate::CancellationsBuilder::on_cancel). It displays as one
/// line.
#[derive(Clone, Debug, Serialize)]
pub struct Cancellation {
    #[serde(flatten, serialize_with = "facts::of_one")]
    resource: Resource,
    #[serde(serialize_with = "facts::of_one")]
    by: Resource,
    ending: Ending,
    #[serde(rename = "age_seconds")]
    age: Span,
    #[serde(flatten)]
    chain: Chain,
}

/// How a future ended that never was done.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ending {
    /// It was dropped: aborted, the slower branch of a select, behind a time-out.
    Dropped,
    /// One of its polls panicked.
    Panicked,
    /// It was dropped by the panic of whoever owned it.
    Unwound,
}

impl Cancellation {
    pub(crate) fn new(resource: Resource, by: Resource, ending: Ending, age: Duration, chain: Chain) -> Cancellation {
        Cancellation { resource, by, ending, age: Span(age), chain }
    }

    /// The future.
    #[must_use]
    pub fn resource(&self) -> Resource {
        self.resource
    }

    /// Who executed when it was dropped; kind `"root"` outside any resource, where a runtime drops what was aborted.
    #[must_use]
    pub fn by(&self) -> Resource {
        self.by
    }

    /// How it ended.
    #[must_use]
    pub fn ending(&self) -> Ending {
        self.ending
    }

    /// How old it was.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.age.0
    }

    /// Its triggers, nearest first; at most 32. The root is not among them.
    #[must_use]
    pub fn chain(&self) -> &[Resource] {
        self.chain.triggers()
    }

    pub(crate) fn into_chain(self) -> Chain {
        self.chain
    }
}

impl Ending {
    /// In a report, before the name of who did it.
    pub(crate) fn told(self) -> &'static str {
        match self {
            Ending::Dropped => "dropped by",
            Ending::Panicked => "panicked, dropped by",
            Ending::Unwound => "dropped by a panic in",
        }
    }
}

/// `query 12 at src/a.rs:3:5, 38 ms old: dropped by tokio::task 7 at src/b.rs:4:9`
impl fmt::Display for Cancellation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let palette = Palette::of(f);
        write_name(f, &self.resource)?;
        write!(f, ", {} old: {} ", self.age, Painted(palette.alarm, self.ending.told()))?;
        write_name(f, &self.by)?;
        match self.chain().first().filter(|trigger| trigger.async_id() != AsyncId::ROOT) {
            Some(trigger) => {
                write!(f, " {} ", Painted(palette.faint, "←"))?;
                write_name(f, trigger)
            }
            None => Ok(()),
        }
    }
}

impl Report for Cancellation {}
