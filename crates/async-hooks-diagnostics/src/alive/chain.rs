//! The triggers of a resource, as a report names them.

use std::fmt;

use async_hooks_core::{AsyncId, Location, Resource};
use serde::Serialize;

use crate::alive::lineage::{LIMIT, Trigger};
use crate::print::facts;
use crate::print::palette::{Painted, Palette};
use crate::print::place::Place;

/// Who triggered a resource, who triggered that one, and so on: nearest first, copies that may be read when all are gone.
///
/// A report shows it below the resource; farther than 32 it says only that there is more. A chain has no cycle: each link is
/// what was known when the resource below it was created, so an explicit trigger id that leads back to the resource itself
/// leads to nobody.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Chain {
    #[serde(serialize_with = "facts::of_all")]
    triggers: Vec<Resource>,
    /// There are more, farther away.
    is_cut: bool,
    /// The nearest is gone.
    is_orphaned: bool,
    /// Who is behind the last one, by number.
    #[serde(skip)]
    behind: AsyncId,
}

impl Chain {
    pub(crate) fn new(resource: &Resource, trigger: &Trigger) -> Chain {
        let triggers: Vec<Resource> = trigger.links().take(LIMIT).map(|link| link.resource()).collect();
        let is_cut = trigger.links().nth(LIMIT).is_some() || trigger.is_cut();
        let is_orphaned = trigger.link().is_some_and(|link| link.ended().is_some());
        let behind = triggers.last().unwrap_or(resource).trigger_async_id().unwrap_or(AsyncId::ROOT);
        Chain { triggers, is_cut, is_orphaned, behind }
    }

    pub(crate) fn triggers(&self) -> &[Resource] {
        &self.triggers
    }

    /// Whether there are more, farther away.
    pub(crate) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Whether the nearest is gone.
    pub(crate) fn is_orphaned(&self) -> bool {
        self.is_orphaned
    }

    /// What two chains have in common that differ only in who it was this time: what they are and where they were made.
    pub(crate) fn sites(&self) -> impl Iterator<Item = (&'static str, Location)> {
        self.triggers.iter().map(|trigger| (trigger.kind(), trigger.location()))
    }

    /// Writes a line for each trigger, so many blanks to the right, each a step further in.
    pub(crate) fn write_below(&self, f: &mut fmt::Formatter<'_>, indent: usize) -> fmt::Result {
        let palette = Palette::of(f);
        for (depth, trigger) in self.triggers.iter().enumerate() {
            let gone = if depth == 0 && self.is_orphaned { ", gone" } else { "" };
            let kind = Painted(palette.kind, trigger.kind());
            let place = Painted(palette.place, Place(trigger.location()));
            let gone = Painted(palette.alarm, gone);
            begin_line(f, indent, depth)?;
            writeln!(f, "{kind} {}{gone}, made at {place}", trigger.async_id())?;
        }
        self.write_end(f, indent)
    }

    fn write_end(&self, f: &mut fmt::Formatter<'_>, indent: usize) -> fmt::Result {
        begin_line(f, indent, self.triggers.len())?;
        match self.behind {
            _ if self.is_cut => writeln!(f, "others: the chain goes on beyond its limit of {LIMIT}"),
            AsyncId::ROOT => writeln!(f, "root {}", AsyncId::ROOT),
            unseen => writeln!(f, "{unseen}, of which nothing is known"),
        }
    }
}

fn begin_line(f: &mut fmt::Formatter<'_>, indent: usize, depth: usize) -> fmt::Result {
    let faint = Palette::of(f).faint;
    // Steps to the right end somewhere, or the longest chains could not be read.
    let blanks = indent + 3 * depth.min(16);
    write!(f, "{:blanks$}{faint}└─{faint:#} triggered by ", "")
}
