//! The causal tree: everybody below what triggered it.

mod shape;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use async_hooks_core::AsyncId;
use serde::{Serialize, Serializer};

use crate::alive::live_resource::LiveResource;
use crate::print::palette::{Painted, Palette};
use crate::print::place::Place;
use crate::print::report::{Grouped, Report};
use shape::{Shape, Step};

/// Everybody who is alive, each below what triggered it, drawn with boxes.
///
/// Get it from [`Registry::tree`](crate::Registry::tree). What has lost its trigger stands below a line that says so. Deeper than
/// 64 steps it is counted and not drawn; explicit trigger ids that lead in a circle are opened at the lowest id.
///
/// As JSON it is flat: how many of which kind, and all resources with their trigger ids.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncResource;
/// use async_hooks_diagnostics::Registry;
///
/// let registry = Registry::new();
/// registry.enable();
/// let request = AsyncResource::new("request");
/// let _query = request.run_in_async_scope(|| AsyncResource::new("query"));
/// println!("{}", registry.tree());
/// // 2 alive: 1 query, 1 request
/// //
/// // root 1
/// // └─ request 2  src/main.rs:6:15  12 µs old, 1 poll, busy 3 µs, last polled 9 µs ago
/// //    └─ query 3  src/main.rs:7:50  10 µs old, never polled
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

    /// How many resources are in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.live.len()
    }

    /// Whether nobody is alive.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.live.is_empty()
    }

    /// Everybody in it, by id.
    #[must_use]
    pub fn resources(&self) -> &[LiveResource] {
        &self.live
    }

    fn contains(&self, id: AsyncId) -> bool {
        self.live.binary_search_by_key(&id, |live| live.resource().async_id()).is_ok()
    }

    /// How many there are of each kind, most first.
    fn kinds(&self) -> Vec<(&'static str, usize)> {
        let mut counts = BTreeMap::<_, usize>::new();
        self.live.iter().for_each(|live| *counts.entry(live.resource().kind()).or_default() += 1);
        let mut kinds = Vec::from_iter(counts);
        kinds.sort_by_key(|(_, count)| Reverse(*count));
        kinds
    }

    fn write_heading(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let palette = Palette::of(f);
        write!(f, "{}", Painted(palette.heading, format_args!("{} alive", Grouped(self.len()))))?;
        for (at, (kind, count)) in self.kinds().into_iter().enumerate() {
            let separator = if at == 0 { ": " } else { ", " };
            write!(f, "{separator}{} {}", Grouped(count), Painted(palette.kind, kind))?;
        }
        writeln!(f, "\n")
    }

    /// The line above those whose trigger is not in the tree.
    fn write_absent(&self, f: &mut fmt::Formatter<'_>, trigger: AsyncId, child: usize) -> fmt::Result {
        let palette = Palette::of(f);
        let Some(child) = self.live.get(child) else { return Ok(()) };
        match child.trigger().filter(|seen| seen.async_id() == trigger) {
            _ if trigger == AsyncId::ROOT => writeln!(f, "root {trigger}"),
            Some(seen) => {
                let state = if child.is_orphan() {
                    Painted(palette.alarm, "gone")
                } else {
                    Painted(palette.faint, "not listed")
                };
                let place = Painted(palette.place, Place(seen.location()));
                writeln!(f, "{} {trigger}, {state}  {place}", Painted(palette.kind, seen.kind()))
            }
            None if self.contains(trigger) => writeln!(f, "{trigger}, in a circle of triggers"),
            None => writeln!(f, "{trigger}, of which nothing is known"),
        }
    }
}

/// How deep a tree is drawn.
const DEPTH: usize = 64;

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return writeln!(f, "nothing is alive");
        }
        self.write_heading(f)?;
        let faint = Palette::of(f).faint;
        self.shape.walk(DEPTH, |step| match step {
            Step::Absent { trigger, first_child } => self.write_absent(f, trigger, first_child),
            Step::Resource { at, prefix, is_last } => {
                let branch = if is_last { "└─" } else { "├─" };
                write!(f, "{faint}{prefix}{branch}{faint:#} ")?;
                let Some(live) = self.live.get(at) else { return writeln!(f) };
                if f.alternate() { writeln!(f, "{live:#}") } else { writeln!(f, "{live}") }
            }
            Step::TooDeep { prefix, count } => {
                let more = Grouped(count);
                writeln!(f, "{faint}{prefix}└─{faint:#} … {more} more, deeper than the limit of {DEPTH}")
            }
        })
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Kind {
            kind: &'static str,
            count: usize,
        }
        #[derive(Serialize)]
        struct Fields<'a> {
            count: usize,
            kinds: Vec<Kind>,
            resources: &'a [LiveResource],
        }
        let kinds = self.kinds().into_iter().map(|(kind, count)| Kind { kind, count }).collect();
        Fields { count: self.len(), kinds, resources: &self.live }.serialize(serializer)
    }
}

impl Report for Tree {}
