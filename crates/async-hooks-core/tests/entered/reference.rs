//! What a thread must show: a list of what is entered, replayed from the outside in.
//!
//! Nothing is handed on and nothing is put back: what was left is not in the list, so it has no part in the next replay.

use async_hooks_core::AsyncId;

use crate::shown::{Local, NO_VALUES, Shown, Values, Who};

/// What is still entered, outermost first.
#[derive(Default)]
pub(crate) struct Reference {
    pub(super) frames: Vec<Frame>,
    /// What `enter_with` has set outside of any level.
    root: Vec<Set>,
    last_serial: usize,
}

#[derive(Clone)]
pub(super) struct Frame {
    pub(super) serial: usize,
    pub(super) what: What,
}

#[derive(Clone)]
pub(super) enum What {
    Level(Level),
    Run(Set),
    Guard(Guard),
    Span(Span),
}

/// Brings a context of its own, and ids if it is a resource's.
#[derive(Clone)]
pub(super) struct Level {
    pub(super) who: Option<Who>,
    /// The context with which it begins.
    pub(super) start: Context,
    /// Whether this level shares its context with what surrounds it.
    ///
    /// Then a guard that ends there ends in both.
    pub(super) follows: bool,
    /// What `enter_with` has set in it.
    pub(super) stays: Vec<Set>,
}

#[derive(Clone)]
pub(super) struct Span {
    pub(super) key: usize,
    who: Who,
    pub(super) brought: Option<Brought>,
}

/// Decided when the span is entered.
#[derive(Clone)]
pub(super) struct Brought {
    captured: Values,
    /// The values on top: those of the surroundings that were their own.
    taken: Vec<usize>,
    stays: Vec<Set>,
}

#[derive(Clone, Copy)]
pub(super) struct Guard {
    pub(super) set: Set,
    /// The resource in whose level it was entered.
    pub(super) home: AsyncId,
}

#[derive(Clone, Copy)]
pub(super) struct Set {
    pub(super) serial: usize,
    pub(super) local: Local,
    value: u32,
}

/// What a future keeps from poll to poll.
#[derive(Clone, Default)]
pub(crate) struct Kept {
    pub(super) stays: Vec<Set>,
    pub(super) guards: Vec<Frame>,
}

#[derive(Clone)]
pub(super) struct Context {
    captured: Values,
    /// The values on top that the owner of the context has set itself, in their order.
    pub(super) own: Vec<Set>,
}

impl Context {
    fn values(&self) -> Values {
        let mut values = self.captured;
        for set in &self.own {
            values[set.local as usize] = Some(set.value);
        }
        values
    }
}

impl Reference {
    /// What the thread must show.
    pub(crate) fn shown(&self) -> Shown {
        let (who, context) = self.replay();
        Shown { who, values: context.values() }
    }

    /// Whether the thread differs although everything was left.
    ///
    /// `enter_with` has changed it, or a guard came to it from a future that was first polled elsewhere.
    pub(crate) fn is_thread_changed(&self) -> bool {
        !self.root.is_empty() || !self.frames.is_empty()
    }

    fn replay(&self) -> (Who, Context) {
        let mut who = Who::ROOT;
        let mut context = Context { captured: NO_VALUES, own: self.root.clone() };
        for Frame { what, .. } in &self.frames {
            match what {
                What::Level(level) => {
                    who = level.who.unwrap_or(who);
                    context = level.start.clone();
                    context.own.extend(&level.stays);
                }
                What::Run(set) | What::Guard(Guard { set, .. }) => context.own.push(*set),
                What::Span(span) => {
                    who = span.who;
                    if let Some(brought) = &span.brought {
                        context.captured = brought.captured;
                        context.own.retain(|set| brought.taken.contains(&set.serial));
                        context.own.extend(&brought.stays);
                    }
                }
            }
        }
        (who, context)
    }

    pub(super) fn push(&mut self, what: What) -> usize {
        let serial = self.next_serial();
        self.frames.push(Frame { serial, what });
        serial
    }

    fn next_serial(&mut self) -> usize {
        self.last_serial += 1;
        self.last_serial
    }

    fn set(&mut self, local: Local, value: u32) -> Set {
        Set { serial: self.next_serial(), local, value }
    }

    /// Enters a span that captured these values.
    pub(crate) fn enter(&mut self, key: usize, who: Who, captured: Values) {
        let (_, current) = self.replay();
        let inside = Context { captured, own: current.own.clone() };
        let brings = captured != NO_VALUES && inside.values() != current.values();
        let taken = current.own.iter().map(|set| set.serial).collect();
        let brought = brings.then_some(Brought { captured, taken, stays: Vec::new() });
        self.push(What::Span(Span { key, who, brought }));
    }

    /// A scope or a poll of a resource that captured these values.
    pub(crate) fn open_resource(&mut self, who: Who, captured: Values, kept: Kept) -> usize {
        self.open_level(Some(who), Context { captured, own: Vec::new() }, false, kept)
    }

    pub(crate) fn open_snapshot(&mut self, captured: Values) -> usize {
        self.open_level(None, Context { captured, own: Vec::new() }, false, Kept::default())
    }

    /// A poll of a future that has a local set: what surrounds it, with that on top.
    pub(crate) fn open_local_future(&mut self, local: Local, value: u32, kept: Kept) -> usize {
        let (_, mut start) = self.replay();
        let set = self.set(local, value);
        start.own.push(set);
        self.open_level(None, start, true, kept)
    }

    fn open_level(&mut self, who: Option<Who>, start: Context, follows: bool, kept: Kept) -> usize {
        let serial = self.push(What::Level(Level { who, start, follows, stays: kept.stays }));
        self.frames.extend(kept.guards);
        serial
    }

    pub(crate) fn open_run(&mut self, local: Local, value: u32) -> usize {
        let set = self.set(local, value);
        self.frames.push(Frame { serial: set.serial, what: What::Run(set) });
        set.serial
    }

    pub(crate) fn enter_guard(&mut self, local: Local, value: u32) -> usize {
        let guard = Guard { set: self.set(local, value), home: self.resource_at(self.frames.len()) };
        self.frames.push(Frame { serial: guard.set.serial, what: What::Guard(guard) });
        guard.set.serial
    }

    /// The resource in whose level these frames end.
    pub(super) fn resource_at(&self, upto: usize) -> AsyncId {
        let levels = self.frames[..upto].iter().rev().filter_map(Frame::level);
        levels.filter_map(|level| level.who).next().unwrap_or(Who::ROOT).id
    }

    /// Changes the present value, or sets one that stays with the origin of the context.
    pub(crate) fn enter_with(&mut self, local: Local, value: u32) {
        let stays = Set { serial: self.next_serial(), local, value };
        for frame in self.frames.iter_mut().rev() {
            let owned = match &mut frame.what {
                What::Run(set) | What::Guard(Guard { set, .. }) if set.local == local => return set.value = value,
                What::Level(level) => &mut level.stays,
                What::Span(Span { brought: Some(brought), .. }) => &mut brought.stays,
                _ => continue,
            };
            return set_to_stay(owned, stays);
        }
        set_to_stay(&mut self.root, stays);
    }
}

fn set_to_stay(owned: &mut Vec<Set>, stays: Set) {
    owned.retain(|set| set.local != stays.local);
    owned.push(stays);
}

impl Set {
    pub(super) fn number(&self) -> u32 {
        self.value
    }
}

impl Frame {
    fn level(&self) -> Option<&Level> {
        match &self.what {
            What::Level(level) => Some(level),
            _ => None,
        }
    }
}
