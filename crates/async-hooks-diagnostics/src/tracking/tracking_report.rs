//! The report of what is tracked here.

use std::fmt;

use anstyle::Style;

use async_hooks_tools::Escaped;

use crate::print::columns::{Cell, Columns};
use crate::print::draw::Draw;
use crate::print::palette::{PLAIN, Painted, Palette};
use crate::print::report::Report;
use crate::tracking::tracking_row::TrackingRow;

/// What is tracked and carries values, on one runtime and with one subscriber.
///
/// [`tracking_report`](crate::tracking_report) makes it. It displays as a table, and below it says for each gap what to write.
///
/// # Examples
///
/// ```
/// use async_hooks_diagnostics::tracking_report_of;
///
/// # futures::executor::block_on(async {
/// let report = tracking_report_of("my_app::db").await;
/// assert_eq!(report.target(), "my_app::db");
/// assert!(report.to_string().starts_with(&format!("what is tracked on {}", report.runtime())));
///
/// let thread = report.rows().iter().find(|row| row.what() == "async_hooks::thread::spawn").unwrap();
/// assert_eq!(thread.is_tracked(), Some(true));
/// assert!(report.gaps().all(|gap| gap != thread), "it is none");
/// # });
/// ```
#[derive(Clone, Debug)]
#[must_use = "a report says what is not tracked"]
pub struct TrackingReport {
    runtime: String,
    target: String,
    rows: Vec<TrackingRow>,
}

impl TrackingReport {
    pub(crate) fn new(runtime: String, target: String, rows: Vec<TrackingRow>) -> TrackingReport {
        TrackingReport { runtime, target, rows }
    }

    /// The runtime on which everything was tried, in words.
    #[must_use]
    pub fn runtime(&self) -> &str {
        &self.runtime
    }

    /// The log target of the spans that were tried.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// One row for each thing that was tried.
    #[must_use]
    pub fn rows(&self) -> &[TrackingRow] {
        &self.rows
    }

    /// The rows of what is not tracked, or has no values.
    pub fn gaps(&self) -> impl Iterator<Item = &TrackingRow> {
        self.rows.iter().filter(|row| row.remedy().is_some())
    }
}

const LEGEND: &str = "  tracked: it has an async id, and hooks receive its events
  values: it sees the `AsyncLocal`s of what has created it
  –: it has none, or could not be tried";

impl Draw for TrackingReport {
    fn draw(&self, f: &mut fmt::Formatter<'_>, palette: &Palette) -> fmt::Result {
        let heading = format!("what is tracked on {}; spans of target `{}`", self.runtime, Escaped(&self.target));
        writeln!(f, "{}\n", Painted(palette.heading, heading))?;
        for line in self.table(palette).lines() {
            writeln!(f, "  {line}")?;
        }
        writeln!(f, "\n{}", Painted(palette.faint, LEGEND))?;
        self.write_remedies(f, palette)
    }
}

impl TrackingReport {
    fn table(&self, palette: &Palette) -> Columns {
        let mut columns = Columns::default();
        columns.push(["", "tracked", "values", ""].map(|heading| Cell::text(palette.faint, heading)).into());
        for row in &self.rows {
            columns.push(vec![
                Cell::text(palette.kind, row.what()),
                answer(palette, row.is_tracked()),
                answer(palette, row.carries_values()),
                Cell::text(palette.faint, Escaped(row.remark().unwrap_or_default())),
            ]);
        }
        columns
    }

    /// Each remedy once, with all that it is for.
    fn write_remedies(&self, f: &mut fmt::Formatter<'_>, palette: &Palette) -> fmt::Result {
        let gaps = Vec::from_iter(self.gaps());
        if gaps.is_empty() {
            return writeln!(f, "\nno gaps");
        }
        writeln!(f, "\n{}", Painted(palette.heading, "to close the gaps"))?;
        let is_first = |at: usize| gaps.iter().position(|gap| gap.remedy() == gaps[at].remedy()) == Some(at);
        for at in (0..gaps.len()).filter(|at| is_first(*at)) {
            let remedy = gaps[at].remedy();
            let names = gaps.iter().filter(|gap| gap.remedy() == remedy).map(|gap| gap.what());
            let names = Vec::from_iter(names).join(", ");
            writeln!(f, "  {}\n      {}", Painted(palette.kind, names), Escaped(remedy.unwrap_or_default()))?;
        }
        Ok(())
    }
}

fn answer(palette: &Palette, answer: Option<bool>) -> Cell {
    match answer {
        Some(true) => Cell::text(Style::new(), "yes"),
        Some(false) => Cell::text(palette.alarm, "no"),
        None => Cell::text(palette.faint, "–"),
    }
}

impl fmt::Display for TrackingReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.draw(f, &PLAIN)
    }
}

impl Report for TrackingReport {}
