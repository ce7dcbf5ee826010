//! `async-hooks at`: one moment.

use std::fmt;
use std::process::ExitCode;
use std::time::Duration;

use async_hooks_recorder::{Moment, Recording, Timestamp};
use serde::Serialize;

use crate::answer::Format;
use crate::answer::life::Life;
use crate::failure::Failure;
use crate::moment_argument::{MomentArgument, rfc3339};
use crate::source::Source;

#[derive(clap::Args)]
pub(crate) struct AtOptions {
    /// The recording; `-` is the standard input
    #[arg(value_name = "FILE", value_parser = Source::parser())]
    source: Source,
    /// The moment: a time as in 2026-01-31T12:00:00.5Z, or an offset from the start as in 1.5s
    #[arg(value_name = "TIME")]
    moment: MomentArgument,
}

impl AtOptions {
    pub(crate) fn run(&self, format: Format) -> Result<ExitCode, Failure> {
        let recording = self.source.open()?;
        let at = self.moment.within(recording.interval())?;
        let moment = recording.at(at);
        let after = at - recording.interval().start();
        format.print(Answer { at, after, moment }, || AnswerJson::of(&recording, at, moment))?;
        Ok(ExitCode::SUCCESS)
    }
}

struct Answer<'a> {
    at: Timestamp,
    after: Duration,
    moment: Moment<'a>,
}

impl fmt::Display for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Answer { at, after, moment } = self;
        write!(f, "{}, {after:.1?} after the start\n{moment}", rfc3339(*at))
    }
}

#[derive(Serialize)]
struct AnswerJson<'a> {
    at_ns: u64,
    alive: Vec<Life<'a>>,
    running: Vec<Running<'a>>,
}

#[derive(Serialize)]
struct Running<'a> {
    thread: &'a str,
    async_id: u64,
}

impl<'a> AnswerJson<'a> {
    fn of(recording: &Recording, at: Timestamp, moment: Moment<'a>) -> AnswerJson<'a> {
        let running = moment.running().map(|(thread, life)| Running { thread, async_id: life.async_id().as_u64() });
        AnswerJson {
            at_ns: at.as_unix_nanos(),
            alive: moment.alive().map(|life| Life::of(recording, life)).collect(),
            running: running.collect(),
        }
    }
}
