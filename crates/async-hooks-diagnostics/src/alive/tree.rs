//! The living as a tree, each below its trigger.

mod shape;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use async_hooks_core::AsyncId;
use async_hooks_tools::Escaped;

use crate::alive::live_resource::LiveResource;
use crate::print::count::Grouped;
use crate::print::draw::{Draw, Drawn};
use crate::print::palette::{PLAIN, Painted, Palette};
use crate::print::report::Report;
use crate::print::short_location::ShortLocation;
use shape::{DrawnLine, Shape};

/// The living resources, each below its trigger, drawn with boxes.
///
/// [`Registry::tree`](crate::Registry::tree) returns it. A resource whose trigger is gone stands below a line that says so.
/// Resources deeper than 64 levels are counted and not drawn, and so are those beyond 10,000. Explicit trigger ids that form
/// a circle are opened at the lowest id.
///
/// With the feature `serde` it is flat: the number of each kind, and all resources with their trigger ids.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncResource;
/// use async_hooks_diagnostics::Registry;
///
/// let registry = Registry::new();
/// registry.enable();
/// assert!(registry.tree().is_empty());
///
/// let request = AsyncResource::new("request");
/// let query = request.run_in_async_scope(|| AsyncResource::new("query"));
/// let tree = registry.tree();
/// println!("{tree}");
/// // 2 alive: 1 query, 1 request
/// //
/// // root 1
/// // └─ request 2  src/main.rs:8:15  12 µs old, 1 poll, busy 3 µs, last polled 9 µs ago
/// //    └─ query 3  src/main.rs:9:49  10 µs old, never polled
/// assert_eq!((tree.len(), tree.resources()[1].resource()), (2, query.resource()));
/// ```
#[derive(Clone, Debug)]
#[must_use = "a tree is for printing"]
pub struct Tree {
    live: Vec<LiveResource>,
    shape: Shape,
}

impl Tree {
    /// `live` is sorted by id.
    pub(crate) fn new(live: Vec<LiveResource>) -> Tree {
        let shape = Shape::new(&live);
        Tree { live, shape }
    }

    /// The number of resources.
    #[must_use]
    pub fn len(&self) -> usize {
        self.live.len()
    }

    /// Whether nothing is alive.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.live.is_empty()
    }

    /// The resources, by id.
    #[must_use]
    pub fn resources(&self) -> &[LiveResource] {
        &self.live
    }

    fn contains(&self, id: AsyncId) -> bool {
        self.live.binary_search_by_key(&id, |live| live.resource().async_id()).is_ok()
    }

    /// The number of resources of each kind, the largest first.
    pub(crate) fn kinds(&self) -> Vec<(&'static str, usize)> {
        let mut counts = BTreeMap::<_, usize>::new();
        self.live.iter().for_each(|live| *counts.entry(live.resource().kind()).or_default() += 1);
        let mut kinds = Vec::from_iter(counts);
        kinds.sort_by_key(|(_, count)| Reverse(*count));
        kinds
    }

    fn write_heading(&self, f: &mut fmt::Formatter<'_>, palette: &Palette) -> fmt::Result {
        write!(f, "{}", Painted(palette.heading, format_args!("{} alive", Grouped(self.len()))))?;
        let kinds = self.kinds();
        for (at, (kind, count)) in kinds.iter().take(KINDS).enumerate() {
            let separator = if at == 0 { ": " } else { ", " };
            write!(f, "{separator}{} {}", Grouped(*count), Painted(palette.kind, Escaped(kind)))?;
        }
        match kinds.len().saturating_sub(KINDS) {
            0 => writeln!(f, "\n"),
            more => writeln!(f, ", and {more} more kinds\n"),
        }
    }

    /// The line above resources whose trigger is not in the tree.
    fn write_absent(
        &self,
        f: &mut fmt::Formatter<'_>,
        palette: &Palette,
        trigger: AsyncId,
        child: usize,
    ) -> fmt::Result {
        let Some(child) = self.live.get(child) else { return Ok(()) };
        match child.trigger().filter(|seen| seen.async_id() == trigger) {
            _ if trigger == AsyncId::ROOT => writeln!(f, "root {trigger}"),
            Some(seen) => {
                let state = if child.is_orphan() {
                    Painted(palette.alarm, "gone")
                } else {
                    Painted(palette.faint, "not listed")
                };
                let place = Painted(palette.place, ShortLocation(seen.location()));
                writeln!(f, "{} {trigger}, {state}  {place}", Painted(palette.kind, Escaped(seen.kind())))
            }
            None if self.contains(trigger) => writeln!(f, "{trigger}, in a circle of triggers"),
            None => writeln!(f, "{trigger}, of which nothing is known"),
        }
    }

    fn write_step(&self, f: &mut fmt::Formatter<'_>, palette: &Palette, step: DrawnLine<'_>) -> fmt::Result {
        let faint = palette.faint;
        match step {
            DrawnLine::Absent { trigger, first_child } => self.write_absent(f, palette, trigger, first_child),
            DrawnLine::Resource { at, prefix, is_last } => {
                let branch = if is_last { "└─" } else { "├─" };
                write!(f, "{faint}{prefix}{branch}{faint:#} ")?;
                self.live.get(at).map_or(Ok(()), |live| write!(f, "{}", Drawn(live, palette)))?;
                writeln!(f)
            }
            DrawnLine::TooDeep { prefix, count } => {
                let more = Grouped(count);
                writeln!(f, "{faint}{prefix}└─{faint:#} … {more} more, deeper than the limit of {DEPTH}")
            }
        }
    }
}

/// The number of levels that are drawn.
const DEPTH: usize = 64;

/// The number of lines that are drawn.
const LINES: usize = 10_000;

/// The number of kinds that are named in the heading.
const KINDS: usize = 20;

impl Draw for Tree {
    fn draw(&self, f: &mut fmt::Formatter<'_>, palette: &Palette) -> fmt::Result {
        if self.is_empty() {
            return writeln!(f, "nothing is alive");
        }
        self.write_heading(f, palette)?;
        let (mut lines, mut left_out) = (0, 0);
        self.shape.walk(DEPTH, |step| {
            lines += 1;
            if lines <= LINES {
                return self.write_step(f, palette, step);
            }
            left_out += step.resources();
            Ok(())
        })?;
        match left_out {
            0 => Ok(()),
            more => writeln!(f, "… {} more, beyond the limit of {} lines", Grouped(more), Grouped(LINES)),
        }
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.draw(f, &PLAIN)
    }
}

impl Report for Tree {}
