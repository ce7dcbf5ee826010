//! `async-hooks diff`: two recordings side by side.

use std::process::ExitCode;

use async_hooks_recorder::{ComparedSite, SiteTotals};
use serde::Serialize;

use crate::answer::Format;
use crate::answer::life::nanos;
use crate::failure::Failure;
use crate::source::Source;

#[derive(clap::Args)]
pub(crate) struct DiffOptions {
    /// The earlier recording
    #[arg(value_name = "EARLIER", value_parser = Source::parser())]
    earlier: Source,
    /// The later recording
    #[arg(value_name = "LATER", value_parser = Source::parser())]
    later: Source,
}

impl DiffOptions {
    pub(crate) fn run(&self, format: Format) -> Result<ExitCode, Failure> {
        let earlier = self.earlier.open()?;
        let comparison = self.later.open()?.compare(&earlier);
        format.print(&comparison, || Vec::from_iter(comparison.sites().iter().map(Site::of)))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A kind and place in both recordings, in JSON.
#[derive(Serialize)]
struct Site<'a> {
    kind: &'a str,
    file: &'a str,
    line: u32,
    column: u32,
    earlier: Totals,
    later: Totals,
}

#[derive(Serialize)]
struct Totals {
    count: usize,
    alive_ns: u64,
    busy_ns: u64,
    mean_ns: u64,
}

impl<'a> Site<'a> {
    fn of(site: &'a ComparedSite) -> Site<'a> {
        Site {
            kind: site.kind(),
            file: site.file(),
            line: site.line(),
            column: site.column(),
            earlier: Totals::of(site.earlier()),
            later: Totals::of(site.later()),
        }
    }
}

impl Totals {
    fn of(totals: SiteTotals) -> Totals {
        Totals {
            count: totals.count(),
            alive_ns: nanos(totals.alive()),
            busy_ns: nanos(totals.busy()),
            mean_ns: nanos(totals.mean()),
        }
    }
}
