//! The triggers of a resource, as a report names them.

use std::fmt;

use async_hooks_core::{AsyncId, Location, Resource};
use async_hooks_tools::Escaped;

use crate::alive::trigger_chain::{LIMIT, Trigger};
use crate::print::palette::{Painted, Palette};
use crate::print::short_location::ShortLocation;

/// The trigger of a resource, the trigger of that one, and so on.
///
/// Nearest first, as copies that outlive them all.
///
/// It has at most 32, and says when there were more. It has no cycle: each link is what was known when the resource below it
/// was created, so an explicit trigger id that leads back to the resource itself leads to an unknown one.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    triggers: Vec<Resource>,
    /// There are more, farther away.
    is_cut: bool,
    /// The nearest has been destroyed.
    is_orphaned: bool,
    /// The trigger id of the last one.
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

    /// The chain of a resource that may outlive its trigger.
    pub(crate) fn without_orphan(self) -> Chain {
        Chain { is_orphaned: false, ..self }
    }

    pub(crate) fn triggers(&self) -> &[Resource] {
        &self.triggers
    }

    /// Whether there are more triggers, farther away.
    pub(crate) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Whether the nearest trigger has been destroyed.
    pub(crate) fn is_orphaned(&self) -> bool {
        self.is_orphaned
    }

    /// The kinds and lines of the triggers.
    ///
    /// Chains of different requests through the same code have them in common.
    pub(crate) fn sites(&self) -> impl Iterator<Item = (&'static str, Location)> {
        self.triggers.iter().map(|trigger| (trigger.kind(), trigger.location()))
    }

    /// Writes a line for each trigger, `indent` blanks to the right, each a step further in.
    pub(crate) fn write(&self, f: &mut fmt::Formatter<'_>, palette: &Palette, indent: usize) -> fmt::Result {
        for (depth, trigger) in self.triggers.iter().enumerate() {
            let gone = if depth == 0 && self.is_orphaned { ", gone" } else { "" };
            let kind = Painted(palette.kind, Escaped(trigger.kind()));
            let place = Painted(palette.place, ShortLocation(trigger.location()));
            let gone = Painted(palette.alarm, gone);
            begin_line(f, palette, indent, depth)?;
            writeln!(f, "{kind} {}{gone}, made at {place}", trigger.async_id())?;
        }
        self.write_end(f, palette, indent)
    }

    fn write_end(&self, f: &mut fmt::Formatter<'_>, palette: &Palette, indent: usize) -> fmt::Result {
        begin_line(f, palette, indent, self.triggers.len())?;
        match self.behind {
            _ if self.is_cut => writeln!(f, "others: the chain goes on beyond its limit of {LIMIT}"),
            AsyncId::ROOT => writeln!(f, "root {}", AsyncId::ROOT),
            unseen => writeln!(f, "{unseen}, of which nothing is known"),
        }
    }
}

fn begin_line(f: &mut fmt::Formatter<'_>, palette: &Palette, indent: usize, depth: usize) -> fmt::Result {
    let faint = palette.faint;
    // Beyond 16 steps the lines stay where they are: farther to the right they are hard to read.
    let blanks = indent + 3 * depth.min(16);
    write!(f, "{:blanks$}{faint}└─{faint:#} triggered by ", "")
}
