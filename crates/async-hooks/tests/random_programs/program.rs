//! A random program: a tree of what a task does to ids and context, and its strategy.

use std::{fmt, iter, vec};

use proptest::collection::vec;
use proptest::prelude::*;

/// One of the locals; some have a default, some have a policy for spawns.
pub(crate) type Local = usize;
pub(crate) type Value = u32;

pub(crate) const LOCALS: usize = 5;
pub(crate) const DEFAULTS: [Option<Value>; LOCALS] = [None, None, Some(0), Some(0), None];

/// The one that does not cross a spawn.
pub(crate) const BARRIER: Local = 3;
/// The one that is forked there.
pub(crate) const FORKED: Local = 4;

pub(crate) fn fork(value: &Value) -> Value {
    value + 100
}

#[derive(Clone)]
pub(crate) struct Program(pub(crate) Vec<Step>);

impl fmt::Debug for Program {
    /// On one line, even where several are asked for.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// What a task does.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Straight through, without awaiting anything.
    Acts(Vec<Act>),
    Yield,
    /// Awaits a future that has something around it.
    Await(Around, Vec<Step>),
    /// Polls such a future to the end of `first`, does something else, then awaits the rest.
    ///
    /// Only single acts, of which none panics.
    Interleave {
        around: Around,
        first: Vec<Step>,
        meanwhile: Vec<Act>,
        then: Vec<Step>,
    },
    /// Makes such a future and drops it unpolled.
    Discard(Around, Vec<Step>),
    /// Awaits a future, and drops it as soon as it parks.
    Cancel(Vec<Step>),
    /// Waits for ever.
    Park,
    /// Joins one of the children, and aborts it as soon as it parks.
    Join(usize),
}

/// What any code does, in a task or in a callback.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    EnterWith(Local, Value),
    /// `enter`; the guard lives until a `Leave` chooses it, or to the end of these acts.
    Enter(Local, Value),
    Leave(usize),
    /// Calls a closure that has something around it.
    Call(Around, Vec<Act>),
    /// Takes a snapshot, for later.
    Capture,
    /// Binds a callback, for later.
    Bind(Vec<Act>),
    CallBound(usize),
    Spawn(Vec<Step>),
    SpawnBlocking(Vec<Act>),
    Panic,
}

/// What can be around a future and a closure alike.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Around {
    /// `scope` and `run`; without a value `exit_scope` and `exit`.
    Local(Local, Option<Value>),
    /// `scope` and `run` of one of the snapshots.
    Snapshot(usize),
    /// A resource of its own.
    Resource(Trigger),
    /// `catch_unwind`.
    Catch,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Trigger {
    /// By default: what executes at the creation.
    Creator,
    /// By choice: the task that all this is part of.
    Strand,
}

/// Episodes, which do not end the program when they panic or park, and joins between them.
pub(crate) fn program() -> impl Strategy<Value = Program> {
    vec(any::<u8>(), 0..250).prop_map(|bytes| Tape(bytes.into_iter()).program())
}

/// Random bytes, off which a program is read.
///
/// That is faster than to compose strategies, and shrinks as well: where the tape ends all blocks do, and the lower a
/// byte the simpler what it stands for.
struct Tape(vec::IntoIter<u8>);

/// How deep blocks nest.
const DEPTH: u8 = 4;

impl Tape {
    fn program(&mut self) -> Program {
        let mut episodes = Vec::new();
        while self.0.len() > 0 {
            episodes.push(Step::Cancel(vec![Step::Await(Around::Catch, self.steps(DEPTH))]));
            episodes.push(Step::Join(self.choice()));
        }
        Program(episodes)
    }

    fn steps(&mut self, depth: u8) -> Vec<Step> {
        iter::from_fn(|| self.step(depth)).collect()
    }

    fn acts(&mut self, depth: u8) -> Vec<Act> {
        iter::from_fn(|| self.act(depth)).collect()
    }

    /// The next step of a block; none where the block ends.
    fn step(&mut self, depth: u8) -> Option<Step> {
        Some(match (self.below(32), depth.checked_sub(1)) {
            (0..4, _) => return None,
            (4..6, _) => Step::Yield,
            (6..11, _) => Step::Join(self.choice()),
            (11, _) => Step::Park,
            (12..19, Some(inner)) => Step::Await(self.around(), self.steps(inner)),
            (19..21, Some(inner)) => Step::Cancel(self.steps(inner)),
            (21, Some(inner)) => Step::Discard(self.around(), self.steps(inner)),
            (22..26, Some(inner)) => Step::Acts(vec![Act::Spawn(self.steps(inner))]),
            (26..28, Some(inner)) => {
                let mut caught = || vec![Act::Call(Around::Catch, self.acts(inner))];
                let (first, meanwhile, then) = (vec![Step::Acts(caught())], caught(), vec![Step::Acts(caught())]);
                Step::Interleave { around: self.around(), first, meanwhile, then }
            }
            _ => Step::Acts(self.acts(depth)),
        })
    }

    fn act(&mut self, depth: u8) -> Option<Act> {
        Some(match (self.below(32), depth.checked_sub(1)) {
            (0..5, _) => return None,
            (5..9, _) => Act::Enter(self.local(), self.value()),
            (9..13, _) => Act::Leave(self.choice()),
            (13..15, _) => Act::Capture,
            (15..18, _) => Act::CallBound(self.choice()),
            (18, _) => Act::Panic,
            (19..23, Some(inner)) => Act::Call(self.around(), self.acts(inner)),
            (23..25, Some(inner)) => Act::Bind(self.acts(inner)),
            (25..27, Some(inner)) => Act::Spawn(self.steps(inner)),
            (27, Some(inner)) => Act::SpawnBlocking(self.acts(inner)),
            _ => Act::EnterWith(self.local(), self.value()),
        })
    }

    fn around(&mut self) -> Around {
        match self.below(12) {
            0..3 => Around::Local(self.local(), Some(self.value())),
            3..5 => Around::Local(self.local(), None),
            5 => Around::Snapshot(self.choice()),
            6..9 => Around::Resource(Trigger::Creator),
            9 => Around::Resource(Trigger::Strand),
            _ => Around::Catch,
        }
    }

    fn local(&mut self) -> Local {
        self.below(LOCALS as u8).into()
    }

    fn value(&mut self) -> Value {
        (self.below(99) + 1).into()
    }

    /// Chooses among however many there are.
    fn choice(&mut self) -> usize {
        self.below(6).into()
    }

    fn below(&mut self, limit: u8) -> u8 {
        self.0.next().unwrap_or(0) % limit
    }
}
