//! A random program: what tasks do to ids and values of their threads, and its strategy.

use std::{iter, vec};

use proptest::collection::vec;
use proptest::prelude::*;

pub(crate) const LOCALS: usize = 2;
pub(crate) const SPANS: usize = 3;

pub(crate) type Local = usize;
pub(crate) type Value = u32;
/// Which of the task's spans.
pub(crate) type Slot = usize;

/// Tasks that run at the same time.
#[derive(Clone, Debug)]
pub(crate) struct Program(pub(crate) Vec<(Spawned, Vec<Step>)>);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Spawned {
    /// By the wrapper, which tracks the task.
    Wrapped,
    /// By tokio.
    Plain,
}

/// What a task does.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Acts(Vec<Act>),
    Yield,
    /// Steps in a future that has a local set.
    Scoped(Local, Value, Vec<Step>),
    /// Steps in a future that is a resource of its own.
    Tracked(Vec<Step>),
    /// Steps in a future that enters a span in each poll.
    Instrumented(Slot, Vec<Step>),
    /// Steps in a future that carries a snapshot.
    Captured(Vec<Step>),
}

/// What any code does.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    NewSpan(Slot),
    /// Drops the task's handle.
    EndSpan(Slot),
    Enter(Slot),
    Guard(Local, Value),
    /// Leaves one of the spans and guards that are held, in whatever order.
    Leave(usize),
    EnterWith(Local, Value),
    Run(Local, Value, Vec<Act>),
    InResource(Vec<Act>),
    InSnapshot(Vec<Act>),
    /// On another thread, while this one waits.
    Elsewhere(Vec<Act>),
    Catch(Vec<Act>),
    Panic,
    TakeLayerAway,
    GiveLayerBack,
}

impl Program {
    pub(crate) fn has_reloads(&self) -> bool {
        format!("{self:?}").contains("TakeLayerAway")
    }
}

pub(crate) fn program() -> impl Strategy<Value = Program> {
    vec(any::<u8>(), 0..160).prop_map(|bytes| Tape(bytes.into_iter()).program())
}

/// Random bytes from which a program is read; a lower byte stands for a simpler step.
struct Tape(vec::IntoIter<u8>);

/// How deep blocks nest.
const DEPTH: u8 = 3;

impl Tape {
    fn program(&mut self) -> Program {
        let mut tasks = Vec::new();
        while self.0.len() > 0 && tasks.len() < 4 {
            let spawned = if self.below(2) == 0 { Spawned::Wrapped } else { Spawned::Plain };
            tasks.push((spawned, self.steps(DEPTH)));
        }
        Program(tasks)
    }

    fn steps(&mut self, depth: u8) -> Vec<Step> {
        iter::from_fn(|| self.step(depth)).collect()
    }

    fn acts(&mut self, depth: u8) -> Vec<Act> {
        iter::from_fn(|| self.act(depth)).collect()
    }

    /// The next step of a block; none where the block ends.
    fn step(&mut self, depth: u8) -> Option<Step> {
        Some(match (self.below(16), depth.checked_sub(1)) {
            (0..2, _) => return None,
            (2..4, _) => Step::Yield,
            (4..6, Some(inner)) => Step::Scoped(self.local(), self.value(), self.steps(inner)),
            (6, Some(inner)) => Step::Tracked(self.steps(inner)),
            (7..9, Some(inner)) => Step::Instrumented(self.slot(), self.steps(inner)),
            (9, Some(inner)) => Step::Captured(self.steps(inner)),
            _ => Step::Acts(self.acts(depth)),
        })
    }

    fn act(&mut self, depth: u8) -> Option<Act> {
        Some(match (self.below(32), depth.checked_sub(1)) {
            (0..4, _) => return None,
            (4..7, _) => Act::NewSpan(self.slot()),
            (7, _) => Act::EndSpan(self.slot()),
            (8..12, _) => Act::Enter(self.slot()),
            (12..14, _) => Act::Guard(self.local(), self.value()),
            (14..18, _) => Act::Leave(self.below(6).into()),
            (18..20, Some(inner)) => Act::Run(self.local(), self.value(), self.acts(inner)),
            (20..22, Some(inner)) => Act::InResource(self.acts(inner)),
            (22, Some(inner)) => Act::InSnapshot(self.acts(inner)),
            (23, Some(inner)) => Act::Elsewhere(self.acts(inner)),
            (24..26, Some(inner)) => Act::Catch(self.acts(inner)),
            (26, _) => Act::Panic,
            (27, _) if self.below(2) == 0 => Act::TakeLayerAway,
            (27 | 28, _) => Act::GiveLayerBack,
            _ => Act::EnterWith(self.local(), self.value()),
        })
    }

    fn local(&mut self) -> Local {
        self.below(LOCALS as u8).into()
    }

    fn slot(&mut self) -> Slot {
        self.below(SPANS as u8).into()
    }

    fn value(&mut self) -> Value {
        (self.below(99) + 1).into()
    }

    fn below(&mut self, limit: u8) -> u8 {
        self.0.next().unwrap_or(0) % limit
    }
}
