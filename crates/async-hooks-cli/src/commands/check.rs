//! `async-hooks check`: whether something is missing.

use std::fmt;
use std::process::ExitCode;

use async_hooks_recorder::{Gap, Recording};
use serde::Serialize;

use crate::answer::Format;
use crate::failure::Failure;
use crate::moment_argument::rfc3339;
use crate::source::Source;

#[derive(clap::Args)]
pub(crate) struct CheckOptions {
    /// The recording; `-` is the standard input
    #[arg(value_name = "FILE", value_parser = Source::parser())]
    source: Source,
}

impl CheckOptions {
    pub(crate) fn run(&self, format: Format) -> Result<ExitCode, Failure> {
        let recording = self.source.open()?;
        format.print(Answer(&recording), || AnswerJson::of(&recording))?;
        Ok(if is_complete(&recording) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Whether every event since the recorder was enabled is there.
fn is_complete(recording: &Recording) -> bool {
    recording.gaps().is_empty() && recording.overwritten() == 0 && recording.lost() == 0
}

struct Answer<'a>(&'a Recording);

impl fmt::Display for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let recording = self.0;
        let interval = recording.interval();
        let verdict = if is_complete(recording) { "complete" } else { "incomplete" };
        writeln!(f, "{verdict}: {} resources", recording.lifetimes().count())?;
        let (start, end) = (rfc3339(interval.start()), rfc3339(interval.end()));
        writeln!(f, "every event from {start} to {end} is there ({:.1?})", interval.duration())?;
        if !is_complete(recording) {
            let (overwritten, lost) = (recording.overwritten(), recording.lost());
            writeln!(f, "{overwritten} events were overwritten, {lost} could not be written")?;
        }
        recording.gaps().iter().try_for_each(|gap| writeln!(f, "  {gap}"))
    }
}

#[derive(Serialize)]
struct AnswerJson<'a> {
    complete: bool,
    resources: usize,
    gaps: Vec<GapJson<'a>>,
    overwritten: u64,
    lost: u64,
}

/// A gap in JSON. Moments are Unix nanoseconds.
#[derive(Serialize)]
struct GapJson<'a> {
    thread: &'a str,
    start_ns: u64,
    end_ns: u64,
    events: Option<u64>,
}

impl<'a> AnswerJson<'a> {
    fn of(recording: &'a Recording) -> AnswerJson<'a> {
        AnswerJson {
            complete: is_complete(recording),
            resources: recording.lifetimes().count(),
            gaps: recording.gaps().iter().map(GapJson::of).collect(),
            overwritten: recording.overwritten(),
            lost: recording.lost(),
        }
    }
}

impl<'a> GapJson<'a> {
    fn of(gap: &'a Gap) -> GapJson<'a> {
        GapJson {
            thread: gap.thread(),
            start_ns: gap.interval().start().as_unix_nanos(),
            end_ns: gap.interval().end().as_unix_nanos(),
            events: gap.events(),
        }
    }
}
