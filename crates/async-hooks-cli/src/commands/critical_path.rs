//! `async-hooks critical-path`: what a resource did, and what it waited for.

use std::process::ExitCode;

use async_hooks_core::AsyncId;
use async_hooks_recorder::{CriticalPath, Segment, State, WaitingFor};
use serde::Serialize;

use crate::answer::Format;
use crate::answer::life::nanos;
use crate::failure::Failure;
use crate::source::Source;

#[derive(clap::Args)]
pub(crate) struct CriticalPathOptions {
    /// The recording; `-` is the standard input
    #[arg(value_name = "FILE", value_parser = Source::parser())]
    source: Source,
    /// The async id of the resource, as `slowest` prints it
    #[arg(value_name = "ID")]
    id: AsyncId,
}

impl CriticalPathOptions {
    pub(crate) fn run(&self, format: Format) -> Result<ExitCode, Failure> {
        let recording = self.source.open()?;
        if recording.lifetime(self.id).is_none() {
            return Err(Failure::unknown_id(self.id, &recording));
        }
        let path = recording.critical_path(self.id);
        format.print(path.ansi(Format::is_coloured()), || PathJson::of(self.id, &path))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A critical path in JSON. Moments are Unix nanoseconds.
#[derive(Serialize)]
struct PathJson<'a> {
    async_id: u64,
    duration_ns: u64,
    segments: Vec<SegmentJson<'a>>,
}

#[derive(Serialize)]
struct SegmentJson<'a> {
    state: &'static str,
    start_ns: u64,
    duration_ns: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    for_whom: Option<ForWhom>,
    #[serde(skip_serializing_if = "Option::is_none")]
    woken_by: Option<u64>,
}

/// Writes a resource as `{"async_id": 7}`, all else as a word.
#[derive(Serialize)]
#[serde(untagged)]
enum ForWhom {
    Resource { async_id: u64 },
    Other(&'static str),
}

impl<'a> PathJson<'a> {
    fn of(id: AsyncId, path: &'a CriticalPath) -> PathJson<'a> {
        PathJson {
            async_id: id.as_u64(),
            duration_ns: nanos(path.duration()),
            segments: path.segments().iter().map(SegmentJson::of).collect(),
        }
    }
}

impl<'a> SegmentJson<'a> {
    fn of(segment: &'a Segment) -> SegmentJson<'a> {
        let (start_ns, duration_ns) = (segment.start().as_unix_nanos(), nanos(segment.duration()));
        let bare = |state| SegmentJson { state, start_ns, duration_ns, thread: None, for_whom: None, woken_by: None };
        match segment.state() {
            State::Running { thread, .. } => SegmentJson { thread: Some(thread), ..bare("running") },
            State::Queued => bare("queued"),
            State::Waiting { for_whom, woken_by, .. } => {
                let (for_whom, woken_by) = (Some(ForWhom::of(*for_whom)), woken_by.map(u64::from));
                SegmentJson { for_whom, woken_by, ..bare("waiting") }
            }
            _ => bare("unknown"),
        }
    }
}

impl ForWhom {
    fn of(whom: WaitingFor) -> ForWhom {
        match whom {
            WaitingFor::Resource(id) => ForWhom::Resource { async_id: id.as_u64() },
            WaitingFor::Timer => ForWhom::Other("timer"),
            WaitingFor::Io => ForWhom::Other("io"),
            _ => ForWhom::Other("unknown"),
        }
    }
}
