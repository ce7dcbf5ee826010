//! The list of a thread's entries, taken from the thread during a change and put back.
//!
//! So nothing is borrowed while the list works: it allocates and frees, and an allocator is foreign code.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::context::current;
use crate::context::depth::Depth;
use crate::context::mapping::Mapping;
use crate::context::mapping::previous::Previous;
use crate::identity::execution;
use crate::identity::resource::Resource;
use crate::panics::discard;

pub(crate) struct Thread {
    pub(super) depth: Depth,
    /// The mark of values set in the executing resource's current snapshot call; 0 without one.
    pub(super) call: u64,
    /// Number of futures that have handed over.
    pub(super) handed_over: u32,
    pub(super) executing: Resource,
    pub(super) context: Mapping,
    /// What is to be dropped once the thread has all back: a value's drop is foreign code.
    pub(super) discarded: Discarded,
}

#[derive(Default)]
pub(super) struct Discarded {
    pub(super) contexts: Vec<Mapping>,
    pub(super) values: Vec<Previous>,
}

impl Thread {
    pub(super) fn take() -> Self {
        let (depth, call) = current::with(|current| (current.depth.get(), current.identity_of_call()));
        let handed_over = current::with(|current| current.handed_over.get());
        let (executing, mut context) = (execution::executing(), Mapping::EMPTY);
        current::swap(&mut context);
        Thread { depth, call, handed_over, executing, context, discarded: Discarded::default() }
    }

    pub(super) fn put_back(mut self) -> Discarded {
        execution::set(self.executing);
        current::swap(&mut self.context);
        mem::take(&mut self.discarded)
    }
}

impl Discarded {
    /// Scopes and spans are also left while their thread unwinds.
    ///
    /// A second panic there would end the program.
    pub(super) fn drop_contained(self) {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(self))) {
            discard(payload);
        }
    }
}
