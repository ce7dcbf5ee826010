//! What leaks at one moment, as a report.

use std::cmp::Reverse;
use std::fmt;

use crate::leaks::leak::Leak;
use crate::print::count::Counted;
use crate::print::draw::Draw;
use crate::print::groups::{write_groups, write_in_full};
use crate::print::palette::{PLAIN, Painted, Palette};
use crate::print::report::Report;

/// What leaks at one moment, the largest group first.
///
/// [`LeakDetector::report`](crate::LeakDetector::report) returns it. What dependencies have created is printed below the program's own,
/// one line for each crate; [`leaks`](Self::leaks) has all of it. Print it with [`Report::print`], or serialize it with the
/// feature `serde`.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use async_hooks_core::AsyncResource;
/// use async_hooks_diagnostics::LeakDetector;
///
/// let detector = LeakDetector::builder().older_than(Duration::ZERO).build();
/// detector.enable();
/// let kept = AsyncResource::new("query");
/// let report = detector.report();
/// println!("{report}");
/// // 1 leak in 1 group
/// //
/// //   1  query  src/main.rs:6:12  12 µs old
/// //      id 2
/// //      └─ triggered by root 1
/// assert_eq!((report.count(), report.leaks()[0].kind()), (1, "query"));
/// assert_eq!(report.unseen_tasks(), 0, "there is no runtime");
///
/// drop(kept);
/// assert!(detector.report().is_empty());
/// ```
#[derive(Clone, Debug)]
#[must_use = "a report says what leaks"]
pub struct LeakReport {
    count: usize,
    leaks: Vec<Leak>,
    /// In the failure of a test each leak matters, also that of a dependency.
    is_in_full: bool,
    unseen_tasks: usize,
}

impl LeakReport {
    pub(crate) fn new(leaks: impl Iterator<Item = Leak>) -> LeakReport {
        let mut leaks = Vec::from_iter(leaks);
        leaks.sort_by_key(|leak| (Reverse((leak.count(), leak.oldest())), leak.examples().first().copied()));
        LeakReport { count: leaks.iter().map(Leak::count).sum(), leaks, is_in_full: false, unseen_tasks: 0 }
    }

    /// The same report, which prints the groups of dependencies as it does those of the program.
    pub(crate) fn in_full(self) -> LeakReport {
        LeakReport { is_in_full: true, ..self }
    }

    pub(crate) fn with_unseen_tasks(self, unseen_tasks: usize) -> LeakReport {
        LeakReport { unseen_tasks, ..self }
    }

    /// The number of living tasks that could certainly not be judged.
    ///
    /// Nothing tracks them, or they are older than the detector. It counts the tasks of the tokio runtime on which the report was made, by
    /// which there are more than living resources: so it may be too small, and is 0 outside a runtime. It needs the feature `tokio`,
    /// which `async_hooks` turns on.
    #[must_use]
    pub fn unseen_tasks(&self) -> usize {
        self.unseen_tasks
    }

    /// Whether nothing leaks.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.leaks.is_empty()
    }

    /// The groups of leaks, the largest first.
    #[must_use]
    pub fn leaks(&self) -> &[Leak] {
        &self.leaks
    }

    /// The number of leaking resources, in all groups.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }
}

impl Draw for LeakReport {
    fn draw(&self, f: &mut fmt::Formatter<'_>, palette: &Palette) -> fmt::Result {
        if self.is_empty() {
            // A test that fails for tasks alone has not found that nothing leaks.
            if !(self.is_in_full && self.unseen_tasks > 0) {
                writeln!(f, "no leaks")?;
            }
            return self.write_unseen(f);
        }
        let heading = format!("{} in {}", Counted(self.count, "leak"), Counted(self.leaks.len(), "group"));
        writeln!(f, "{}", Painted(palette.heading, heading))?;
        if self.is_in_full {
            write_in_full(f, palette, &Vec::from_iter(&self.leaks))?;
        } else {
            write_groups(f, palette, &self.leaks)?;
        }
        self.write_unseen(f)
    }
}

impl LeakReport {
    fn write_unseen(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unseen_tasks {
            0 => Ok(()),
            unseen => {
                let tasks = Counted(unseen, "task");
                writeln!(f, "\nnot judged: at least {tasks} of this runtime, which nothing tracks or which are older")?;
                writeln!(f, "Spawn with `async_hooks::tokio::spawn`, or build the runtime with `async_hooks()`.")
            }
        }
    }
}

impl fmt::Display for LeakReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.draw(f, &PLAIN)
    }
}

impl Report for LeakReport {}
