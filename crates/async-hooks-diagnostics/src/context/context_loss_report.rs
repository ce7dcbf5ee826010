//! How often a value got lost, and at which lines.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt;

use async_hooks_tools::Escaped;

use crate::context::context_loss::{ContextLoss, LossSite, Tally};
use crate::print::count::Counted;
use crate::print::draw::Draw;
use crate::print::groups::write_groups;
use crate::print::palette::{PLAIN, Painted, Palette};
use crate::print::report::Report;

/// Resources that started without a value of their creator, by line.
///
/// The largest group comes first.
///
/// [`ContextWatch::losses`](crate::ContextWatch::losses) returns it.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncLocal, AsyncResource};
/// use async_hooks_diagnostics::ContextWatch;
///
/// static USER: AsyncLocal<&str> = AsyncLocal::new().named("user");
///
/// let watch = ContextWatch::of(&USER).build();
/// let _enabled = watch.enable_scoped();
/// assert!(watch.losses().is_empty());
///
/// let request = USER.run("alice", || AsyncResource::new("request"));
/// let job = request.run_in_async_scope(|| USER.exit(|| AsyncResource::new("job")));
/// job.run_in_async_scope(|| ());
///
/// let report = watch.losses();
/// assert_eq!((report.local(), report.count(), report.losses()[0].kind()), ("user", 1, "job"));
/// assert_eq!(report.started(), 2, "the request started with its user");
/// ```
#[derive(Clone, Debug)]
#[must_use = "a report says what was lost"]
pub struct ContextLossReport {
    local: &'static str,
    count: usize,
    losses: Vec<ContextLoss>,
    started: usize,
}

impl ContextLossReport {
    pub(crate) fn new(local: &'static str, tallies: HashMap<LossSite, Tally>, started: usize) -> ContextLossReport {
        let mut losses = Vec::from_iter(tallies.into_iter().map(|(site, tally)| ContextLoss { site, tally }));
        losses.sort_by_key(|loss| (Reverse(loss.count()), loss.example()));
        ContextLossReport { local, count: losses.iter().map(ContextLoss::count).sum(), losses, started }
    }

    /// Whether nothing was lost.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.losses.is_empty()
    }

    /// The number of resources that started without the value, in all groups.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The groups, the largest first.
    #[must_use]
    pub fn losses(&self) -> &[ContextLoss] {
        &self.losses
    }

    /// The name of the local, or `""`.
    #[must_use]
    pub fn local(&self) -> &'static str {
        self.local
    }

    /// The number of resources that were seen to start, with the value or without it.
    ///
    /// Only they could be judged. What nothing tracks is not among them: a plain `tokio::spawn` on a runtime without automatic mode, a
    /// plain thread, a stream or future that is no resource of its own.
    #[must_use]
    pub fn started(&self) -> usize {
        self.started
    }

    fn write_coverage(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let resources = Counted(self.started, "resource");
        writeln!(f, "{resources} started while it was watched; a task or stream that nothing tracks is not judged")
    }
}

impl Draw for ContextLossReport {
    fn draw(&self, f: &mut fmt::Formatter<'_>, palette: &Palette) -> fmt::Result {
        let name = if self.local.is_empty() { "the local".to_owned() } else { format!("`{}`", Escaped(self.local)) };
        if self.is_empty() {
            writeln!(f, "{name} was lost nowhere that is watched")?;
            return self.write_coverage(f);
        }
        let (count, groups) = (Counted(self.count, "time"), Counted(self.losses.len(), "group"));
        writeln!(f, "{}", Painted(palette.heading, format_args!("{name} was lost {count} in {groups}")))?;
        write_groups(f, palette, &self.losses)?;
        writeln!(f)?;
        self.write_coverage(f)
    }
}

impl fmt::Display for ContextLossReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.draw(f, &PLAIN)
    }
}

impl Report for ContextLossReport {}
