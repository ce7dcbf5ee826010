//! What is in the list of what is still entered when something was left.

use crate::reference::{Frame, Guard, Kept, Reference, Span, What};
use crate::shown::Local;

impl Reference {
    /// Leaves the span that was entered last under this key.
    pub(crate) fn leave(&mut self, key: usize) {
        if let Some(at) = self.frames.iter().rposition(|frame| frame.is_span(key)) {
            self.frames.remove(at);
        }
    }

    /// Leaves the span as often as it is entered.
    pub(crate) fn end(&mut self, key: usize) {
        self.frames.retain(|frame| !frame.is_span(key));
    }

    pub(crate) fn leave_all_spans(&mut self) {
        self.frames.retain(|frame| !matches!(frame.what, What::Span(_)));
    }

    /// A call of `run` ends, and with it the guards of its local that were entered in it.
    pub(crate) fn close_run(&mut self, serial: usize) {
        let Some((run, above)) = self.split_off(serial) else { return };
        let What::Run(run) = run.what else { return };
        self.frames.extend(above.into_iter().filter(|frame| !frame.is_guard_of(run.local)));
    }

    /// A level ends.
    ///
    /// What was entered in it ends with it, except that spans go on without a context where the level brought no ids.
    /// Returns what stays with a future.
    pub(crate) fn close_level(&mut self, serial: usize) -> Kept {
        let Some((level, mut above)) = self.split_off(serial) else { return Kept::default() };
        let What::Level(level) = level.what else { return Kept::default() };
        let in_own_context = above.iter().take_while(|frame| !frame.brings());
        let guards = in_own_context.filter(|frame| matches!(frame.what, What::Guard(_))).cloned().collect();
        if level.who.is_none() {
            above.retain_mut(Frame::stop_bringing);
            self.frames.append(&mut above);
        }
        Kept { stays: level.stays, guards }
    }

    /// A future that has set this local is done: the surroundings get what it has set besides.
    pub(crate) fn hand_over(&mut self, kept: Kept, local: Local) {
        for set in kept.stays.iter().filter(|set| set.local != local) {
            self.enter_with(set.local, set.number());
        }
        self.frames.extend(kept.guards.into_iter().filter(|guard| !guard.is_guard_of(local)));
    }

    /// Ends a guard, and the later guards of its local in its level.
    ///
    /// It stops at a call of `run` with that local.
    pub(crate) fn drop_guard(&mut self, serial: usize) {
        let Some(at) = self.frames.iter().position(|frame| frame.serial == serial) else { return };
        let What::Guard(Guard { set, home }) = self.frames[at].what else { return };
        if self.resource_at(at) != home {
            return;
        }
        let ends_at = |frame: &Frame| match &frame.what {
            What::Level(_) => true,
            What::Run(run) => run.local == set.local,
            _ => false,
        };
        let end = self.frames[at..].iter().position(ends_at).map_or(self.frames.len(), |end| at + end);
        let mut above = self.frames.split_off(end);
        let guards = self.frames.split_off(at);
        let (ended, kept): (Vec<_>, Vec<_>) = guards.into_iter().partition(|frame| frame.is_guard_of(set.local));
        end_in_followers(&mut above, &ended);
        self.frames.extend(kept.into_iter().chain(above));
    }

    fn split_off(&mut self, serial: usize) -> Option<(Frame, Vec<Frame>)> {
        let at = self.frames.iter().position(|frame| frame.serial == serial)?;
        let mut above = self.frames.split_off(at);
        let first = above.remove(0);
        Some((first, above))
    }
}

/// In the levels that follow what surrounds them, up to one that does not.
fn end_in_followers(above: &mut [Frame], ended: &[Frame]) {
    for frame in above {
        match &mut frame.what {
            What::Level(level) if level.follows => {
                level.start.own.retain(|set| ended.iter().all(|ended| ended.serial != set.serial));
            }
            What::Level(_) => return,
            _ => {}
        }
    }
}

impl Frame {
    fn is_span(&self, key: usize) -> bool {
        matches!(&self.what, What::Span(span) if span.key == key)
    }

    fn is_guard_of(&self, local: Local) -> bool {
        matches!(&self.what, What::Guard(guard) if guard.set.local == local)
    }

    fn brings(&self) -> bool {
        matches!(&self.what, What::Span(Span { brought: Some(_), .. }))
    }

    /// Whether it is a span, which goes on without its context.
    fn stop_bringing(&mut self) -> bool {
        let What::Span(span) = &mut self.what else { return false };
        span.brought = None;
        true
    }
}
