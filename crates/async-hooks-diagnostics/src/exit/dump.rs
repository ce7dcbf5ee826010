//! The report of what is alive, and what it does: why a program does not exit.

use std::fmt;
use std::time::Duration;

use async_hooks_tools::HumanDuration;

use crate::alive::live_resource::LiveResource;
use crate::alive::tree::Tree;
use crate::print::count::{Counted, Grouped};
use crate::print::draw::{Draw, Drawn};
use crate::print::palette::{PLAIN, Painted, Palette};
use crate::print::report::Report;

/// The living resources and what each did last.
///
/// It shows the number of polls, the last one, and whether the resource executes now.
///
/// Executing resources come first, since a runtime that shuts down waits for them; the tree of all follows.
/// [`Dumps`](crate::Dumps) makes it.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncResource;
/// use async_hooks_diagnostics::Dumps;
///
/// let dumps = Dumps::new();
/// let job = AsyncResource::new("job");
/// let dump = dumps.now();
/// assert_eq!((dump.reason(), dump.tree().len(), dump.executing().len()), ("asked".to_owned(), 1, 0));
/// # drop(job);
/// ```
#[derive(Clone, Debug)]
#[must_use = "a dump is for printing"]
pub struct Dump {
    reason: Reason,
    tree: Tree,
}

/// Why a dump was made.
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

    /// The living resources, each below its trigger.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The resources that execute at this moment, on any thread, the longest poll first.
    #[must_use]
    pub fn executing(&self) -> Vec<&LiveResource> {
        let mut executing = Vec::from_iter(self.tree.resources().iter().filter(|live| live.is_executing()));
        executing.sort_by_key(|live| std::cmp::Reverse(live.last_polled_ago()));
        executing
    }

    /// Why the dump was made: `asked`, `signal SIGUSR1`, `not done within 5.0 s`.
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
            Reason::Late(limit) => write!(f, "not done within {}", HumanDuration(*limit)),
        }
    }
}

/// The number of executing resources that are printed.
const EXECUTING: usize = 100;

impl Draw for Dump {
    fn draw(&self, f: &mut fmt::Formatter<'_>, palette: &Palette) -> fmt::Result {
        let executing = self.executing();
        let rest = self.tree.len() - executing.len();
        let counts = format!("{} executing, {} waiting", Counted(executing.len(), "resource"), Grouped(rest));
        writeln!(f, "{}: {counts}\n", Painted(palette.heading, format_args!("dump, {}", self.reason)))?;
        for live in executing.iter().take(EXECUTING) {
            writeln!(f, "  {}", Drawn(*live, palette))?;
        }
        match executing.len().saturating_sub(EXECUTING) {
            0 => {}
            more => writeln!(f, "  … and {} more", Grouped(more))?,
        }
        if !executing.is_empty() {
            writeln!(f)?;
        }
        self.tree.draw(f, palette)
    }
}

impl fmt::Display for Dump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.draw(f, &PLAIN)
    }
}

impl Report for Dump {}
