//! Why the program does not exit: the report.

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::alive::live_resource::LiveResource;
use crate::alive::tree::Tree;
use crate::print::palette::{Painted, Palette};
use crate::print::report::{Counted, Grouped, Report};
use crate::print::span::Span;

/// Everybody who is alive and what each did last: how often it was polled, when last, and whether it executes now.
///
/// What executes comes first, since a runtime that shuts down waits for that; below stands the causal tree. Made by
/// [`Dumps`](crate::Dumps).
#[derive(Clone, Debug)]
#[must_use = "a dump is for printing"]
pub struct Dump {
    reason: Reason,
    tree: Tree,
}

/// Why there is a dump.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reason {
    Asked,
    Signal(&'static str),
    Late(Duration),
}

impl Dump {
    pub(crate) fn new(reason: Reason, tree: Tree) -> Dump {
        Dump { reason, tree }
    }

    /// Everybody, each below what triggered it.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// What executes at this moment, on any thread: by how long its poll has taken, the longest first.
    #[must_use]
    pub fn executing(&self) -> Vec<&LiveResource> {
        let mut executing = Vec::from_iter(self.tree.resources().iter().filter(|live| live.is_executing()));
        executing.sort_by_key(|live| std::cmp::Reverse(live.last_polled_ago()));
        executing
    }

    /// Why there is a dump: `asked`, `signal SIGUSR1`, `not done within 5.0 s`.
    #[must_use]
    pub fn reason(&self) -> String {
        self.reason.to_string()
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Asked => write!(f, "asked"),
            Reason::Signal(name) => write!(f, "signal {name}"),
            Reason::Late(limit) => write!(f, "not done within {}", Span(*limit)),
        }
    }
}

impl fmt::Display for Dump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (palette, executing) = (Palette::of(f), self.executing());
        let rest = self.tree.len() - executing.len();
        let counts = format!("{} executing, {} waiting", Counted(executing.len(), "resource"), Grouped(rest));
        writeln!(f, "{}: {counts}\n", Painted(palette.heading, format_args!("dump, {}", self.reason)))?;
        for live in &executing {
            write!(f, "  ")?;
            fmt::Display::fmt(live, f)?;
            writeln!(f)?;
        }
        if !executing.is_empty() {
            writeln!(f)?;
        }
        fmt::Display::fmt(&self.tree, f)
    }
}

impl Serialize for Dump {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            reason: String,
            executing: usize,
            tree: &'a Tree,
        }
        Fields { reason: self.reason(), executing: self.executing().len(), tree: &self.tree }.serialize(serializer)
    }
}

impl Report for Dump {}
