//! A critical path as text.

use std::fmt;

use anstyle::{AnsiColor, Style};
use async_hooks_core::AsyncId;
use async_hooks_tools::{Escaped, HumanDuration};

use crate::replay::critical_path::{CriticalPath, Segment};
use crate::replay::state::{State, WaitingFor};
use crate::time::timestamp::Timestamp;

/// A style for each state.
struct PathStyles {
    heading: Style,
    running: Style,
    queued: Style,
    waiting: Style,
    faint: Style,
}

static PLAIN: PathStyles = PathStyles {
    heading: Style::new(),
    running: Style::new(),
    queued: Style::new(),
    waiting: Style::new(),
    faint: Style::new(),
};

static COLOURED: PathStyles = PathStyles {
    heading: Style::new().bold(),
    running: AnsiColor::Green.on_default(),
    queued: AnsiColor::Yellow.on_default(),
    waiting: AnsiColor::Red.on_default(),
    faint: Style::new().dimmed(),
};

impl CriticalPath {
    /// Returns something that displays the path, with colours or without.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_recorder::FlightRecorder;
    ///
    /// let recorder = FlightRecorder::builder().build();
    /// recorder.enable();
    /// let job = AsyncResource::new("job");
    ///
    /// let path = recorder.recording().critical_path(job.async_id());
    /// assert!(path.ansi(true).to_string().contains("\u{1b}["));
    /// assert_eq!(path.ansi(false).to_string(), path.to_string());
    /// ```
    pub fn ansi(&self, is_coloured: bool) -> impl fmt::Display + '_ {
        Text { path: self, palette: if is_coloured { &COLOURED } else { &PLAIN } }
    }
}

impl fmt::Display for CriticalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ansi(false).fmt(f)
    }
}

struct Text<'a> {
    path: &'a CriticalPath,
    palette: &'static PathStyles,
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(subject) = &self.path.subject else { return writeln!(f, "not in the recording") };
        let PathStyles { heading, faint, .. } = self.palette;
        writeln!(f, "{heading}{}{heading:#}  {subject}\n", HumanDuration(self.path.duration()))?;
        writeln!(f, "{faint}{:>12}  {:>12}{faint:#}", "after", "for")?;
        self.path.segments().iter().try_for_each(|segment| self.write(f, segment, 0))
    }
}

impl Text<'_> {
    fn write(&self, f: &mut fmt::Formatter<'_>, segment: &Segment, depth: usize) -> fmt::Result {
        let origin: Timestamp = self.path.range.start();
        let (after, duration) = (HumanDuration(segment.start() - origin), HumanDuration(segment.duration()));
        let style = self.style_of(segment);
        write!(f, "{after:>12}  {duration:>12}  {:1$}{style}", "", 4 * depth)?;
        write_state(f, segment)?;
        writeln!(f, "{style:#}")?;
        segment.meanwhile().iter().try_for_each(|segment| self.write(f, segment, depth + 1))
    }

    fn style_of(&self, segment: &Segment) -> Style {
        match segment.state() {
            _ if segment.is_done => self.palette.faint,
            State::Running { .. } => self.palette.running,
            State::Queued => self.palette.queued,
            State::Waiting { .. } => self.palette.waiting,
        }
    }
}

fn write_state(f: &mut fmt::Formatter<'_>, segment: &Segment) -> fmt::Result {
    match (segment.state(), &segment.other) {
        (State::Running { thread }, _) => write!(f, "running on {}", Escaped(thread)),
        (State::Queued, _) => write!(f, "queued"),
        (State::Waiting { .. }, Some(other)) => write!(f, "waiting for {other}"),
        (State::Waiting { for_whom, woken_by }, None) => match for_whom {
            WaitingFor::Resource(id) => write!(f, "waiting for {id}"),
            WaitingFor::Timer => write!(f, "waiting for a timer"),
            WaitingFor::Io => write!(f, "waiting for I/O"),
            WaitingFor::Unknown => f.write_str(unknown_wait(segment, *woken_by)),
        },
    }
}

/// What can be said of a wait whose end nobody explains.
pub(crate) fn unknown_wait(segment: &Segment, woken_by: Option<AsyncId>) -> &'static str {
    match woken_by {
        _ if segment.is_done => "done, not dropped yet",
        Some(AsyncId::ROOT) => "waiting, woken from outside all resources",
        Some(_) => "waiting, woken by the runtime",
        None => "waiting, no wake was seen",
    }
}
