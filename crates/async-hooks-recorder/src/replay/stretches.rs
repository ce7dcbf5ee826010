//! Cuts a life into stretches: running, queued, waiting.

use std::time::Duration;

use async_hooks_core::AsyncId;

use crate::model::lifetime::Lifetime;
use crate::model::recording::Recording;
use crate::model::wake_record::{WakeRecord, WakeSource};
use crate::replay::state::{State, WaitingFor};
use crate::time::time_range::TimeRange;
use crate::time::timestamp::Timestamp;

/// A stretch that is not empty.
pub(crate) struct Stretch {
    pub(crate) range: TimeRange,
    pub(crate) state: State,
}

/// A joiner is woken within this time after the last poll of the joined task.
const JOIN_DELAY: Duration = Duration::from_millis(1);

/// The stretches of a life within a range, which they fill.
pub(crate) fn stretches(recording: &Recording, life: &Lifetime, range: TimeRange) -> Vec<Stretch> {
    let mut cut = Cut { recording, life, until: range.start(), end: range.end(), stretches: Vec::new() };
    let first = life.polls.partition_point(|poll| poll.end <= range.start());
    for (place, poll) in life.polls.iter().enumerate().skip(first) {
        if cut.until >= cut.end {
            break;
        }
        cut.idle(poll.start, place);
        cut.push(poll.end, || State::Running { thread: poll.thread().to_owned() });
    }
    cut.idle(range.end(), life.polls.len());
    cut.stretches
}

struct Cut<'a> {
    recording: &'a Recording,
    life: &'a Lifetime,
    /// Where the last stretch ends.
    until: Timestamp,
    end: Timestamp,
    stretches: Vec<Stretch>,
}

impl Cut<'_> {
    /// Adds a stretch to this moment, if there is time left until then.
    fn push(&mut self, to: Timestamp, state: impl FnOnce() -> State) {
        let to = to.min(self.end);
        if to > self.until {
            self.stretches.push(Stretch { range: TimeRange::new(self.until, to), state: state() });
            self.until = to;
        }
    }

    /// Adds the time until a poll: waiting for its wake, then queued.
    ///
    /// Behind the last poll, `poll` is the number of polls.
    fn idle(&mut self, to: Timestamp, poll: usize) {
        if poll == 0 && self.life.start.is_some() {
            return self.push(to, || State::Queued);
        }
        let (recording, life) = (self.recording, self.life);
        let wake = wake_before(life, poll).filter(|wake| wake.at <= to);
        let woken_at = wake.map_or(to, |wake| wake.at);
        self.push(woken_at, || waiting(recording, life, wake));
        self.push(to, || State::Queued);
    }
}

/// The first wake since the poll before this one began.
fn wake_before(life: &Lifetime, poll: usize) -> Option<&WakeRecord> {
    let since = poll.checked_sub(1).and_then(|before| life.polls.get(before)).map(|before| before.start);
    life.wakes.get(since.map_or(0, |since| life.wakes.partition_point(|wake| wake.at < since)))
}

fn waiting(recording: &Recording, life: &Lifetime, wake: Option<&WakeRecord>) -> State {
    let for_whom = wake.map_or(WaitingFor::Unknown, |wake| whose_work(recording, life, wake));
    State::Waiting { for_whom, woken_by: wake.map(|wake| wake.by) }
}

/// Whose work ended a wait.
fn whose_work(recording: &Recording, life: &Lifetime, wake: &WakeRecord) -> WaitingFor {
    match wake.source {
        WakeSource::Timer => WaitingFor::Timer,
        WakeSource::Io => WaitingFor::Io,
        WakeSource::Driver => WaitingFor::Unknown,
        WakeSource::Unknown if is_runtime(recording, wake.by) => {
            let joined = wake.beside.filter(|task| *task != life.async_id && has_just_ended(recording, *task, wake));
            joined.map_or(WaitingFor::Unknown, WaitingFor::Resource)
        }
        WakeSource::Unknown if is_timer(recording, wake.by) => WaitingFor::Timer,
        WakeSource::Unknown => WaitingFor::Resource(wake.beside.unwrap_or(wake.by)),
    }
}

/// Whether what executed was the runtime: the root, or a worker where those are resources.
fn is_runtime(recording: &Recording, id: AsyncId) -> bool {
    id == AsyncId::ROOT || recording.lifetime(id).is_none_or(Lifetime::is_worker)
}

/// Whether this was the task's last poll, and the wake follows it.
///
/// A task that has returned wakes its joiner after that poll, when no resource executes.
fn has_just_ended(recording: &Recording, task: AsyncId, wake: &WakeRecord) -> bool {
    let Some(task) = recording.lifetime(task) else { return false };
    let Some(last) = task.polls.last() else { return false };
    let has_ended = task.is_resolved || task.end.is_some() || task.panicked();
    has_ended && last.thread == wake.thread && last.end <= wake.at && wake.at - last.end <= JOIN_DELAY
}

/// Whether it is a timer of tokio, which is a resource where tokio's own spans are seen.
fn is_timer(recording: &Recording, id: AsyncId) -> bool {
    recording.lifetime(id).is_some_and(|life| matches!(life.kind(), "tokio::Sleep" | "tokio::Interval"))
}
