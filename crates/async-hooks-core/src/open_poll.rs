//! A poll between a runtime's two callbacks: the one tells that it begins, the other that it has ended.
//!
//! They come in pairs and on one thread, but nested, where a task drives a runtime of its own.

use std::cell::Cell;
use std::fmt;
use std::mem::{self, ManuallyDrop};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::context;
use crate::dispatch;
use crate::execution;
use crate::hook::Events;
use crate::hook_list::is_wanted;
use crate::mapping::Mapping;
use crate::resource::Resource;

/// Who keeps the context of a task, to be told when it changes.
#[derive(Clone, Copy, Debug)]
pub struct Keeper {
    /// Which task, in the keeper's own numbers.
    pub task: u64,
    /// Takes the task's new context. Called with nothing borrowed and no lock held.
    pub keep: fn(task: u64, Captured),
}

/// Every `AsyncLocal` at once, as a task is to find them at its next poll.
#[derive(Default)]
pub struct Captured(pub(crate) Mapping);

/// The innermost poll that has begun on this thread, and what to put back when it has ended. Field by field, since on every
/// poll it would be moved in and out as a whole.
struct Innermost {
    keeper: Cell<Option<Keeper>>,
    /// How deep in scopes the thread was when the poll began.
    depth: Cell<u32>,
    /// Whether the keeper was told of a change in this poll.
    has_changed: Cell<bool>,
    is_counted: Cell<bool>,
    /// What is polled, for hooks to be told of; set only when the poll is counted.
    resource: Cell<Resource>,
    previous: Cell<Resource>,
    previous_context: Cell<ManuallyDrop<Mapping>>,
    has_outer: Cell<bool>,
    /// What was innermost before.
    outer: Cell<ManuallyDrop<Option<Box<Innermost>>>>,
}

thread_local! {
    /// Without a destructor, so that polls in thread-local destructors have it too; it owns nothing when no poll is open.
    static INNERMOST: Innermost = const { Innermost::none() };
}

/// Begins a poll on this thread: ids in, context in. Runs no foreign code; hooks are told when no lock is held.
#[inline]
pub(crate) fn begin(resource: Resource, mut context: Mapping, keeper: Keeper, is_counted: bool) {
    if INNERMOST.with(Innermost::has_begun) {
        set_aside();
    }
    context::swap(&mut context);
    INNERMOST.with(|innermost| innermost.previous.set(execution::executing()));
    // Written field by field from its record to its place: a copy made on the way would be waited for.
    execution::set(resource);
    INNERMOST.with(|innermost| {
        innermost.previous_context.set(ManuallyDrop::new(context));
        innermost.is_counted.set(is_counted);
        innermost.depth.set(context::depth());
        innermost.keeper.set(Some(keeper));
        if is_counted {
            innermost.resource.set(execution::executing());
        }
    });
}

#[cold]
fn set_aside() {
    INNERMOST.with(Innermost::set_aside);
}

/// The context has changed for good. Nobody is told inside a scope with a context of its own: it ends with that scope.
pub(crate) fn keep_change() {
    INNERMOST.with(Innermost::keep_change);
}

/// Something set for the length of a call is what it was. The keeper may have been told of a change within the call, and so
/// of that something as it was there.
#[inline]
pub(crate) fn note_end_of_overlay() {
    INNERMOST.with(|innermost| {
        if innermost.has_changed.get() {
            innermost.keep_change();
        }
    });
}

/// Whether this thread polls the task.
#[must_use]
pub fn is_polling(task: u64) -> bool {
    INNERMOST.with(|innermost| innermost.is_of(task))
}

/// The poll of this task on this thread has returned, though it has not ended: hooks and callbacks are still to be told of it.
/// The next may have begun elsewhere, so what they enter is not kept: it would undo what that one enters.
pub fn give_back(task: u64) {
    INNERMOST.with(|innermost| {
        if innermost.is_of(task) {
            innermost.give_back();
        }
    });
}

/// What [`end_poll`] has found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// No poll of this task on this thread.
    Nothing,
    /// One that nobody counts.
    Uncounted,
    /// One that the task's record has counted.
    Counted,
}

/// Ends the poll of this task on this thread: `after`, context out, ids out.
#[inline]
pub fn end_poll(task: u64) -> Ended {
    INNERMOST.with(|innermost| {
        if !innermost.is_of(task) {
            return Ended::Nothing;
        }
        let is_counted = innermost.is_counted.get();
        if is_counted {
            after(innermost);
        }
        innermost.put_back();
        if is_counted { Ended::Counted } else { Ended::Uncounted }
    })
}

#[inline(never)]
fn after(innermost: &Innermost) {
    if is_wanted(Events::AFTER) {
        innermost.give_back();
        dispatch::after(&innermost.resource.get());
    }
}

impl Innermost {
    const fn none() -> Self {
        Innermost {
            keeper: Cell::new(None),
            depth: Cell::new(0),
            has_changed: Cell::new(false),
            is_counted: Cell::new(false),
            resource: Cell::new(Resource::ROOT),
            previous: Cell::new(Resource::ROOT),
            previous_context: Cell::new(ManuallyDrop::new(Mapping::EMPTY)),
            has_outer: Cell::new(false),
            outer: Cell::new(ManuallyDrop::new(None)),
        }
    }

    #[inline]
    fn has_begun(&self) -> bool {
        self.keeper.get().is_some()
    }

    #[inline]
    fn is_of(&self, task: u64) -> bool {
        self.keeper.get().is_some_and(|keeper| keeper.task == task)
    }

    #[cold]
    fn keep_change(&self) {
        if let Some(keeper) = self.keeper.get().filter(|_| self.depth.get() == context::depth()) {
            self.has_changed.set(true);
            (keeper.keep)(keeper.task, Captured(context::current()));
        }
    }

    /// To a depth that no scope inside has, so that no change is told of.
    fn give_back(&self) {
        self.depth.set(self.depth.get().wrapping_sub(1));
    }

    #[inline]
    fn put_back(&self) {
        execution::set(self.previous.get());
        let mut context = ManuallyDrop::into_inner(self.previous_context.replace(ManuallyDrop::new(Mapping::EMPTY)));
        context::swap(&mut context);
        self.keeper.set(None);
        self.has_changed.set(false);
        if self.has_outer.get() {
            self.bring_back();
        }
        if !context.is_same(&Mapping::EMPTY) {
            drop_quietly(context);
        }
    }

    #[cold]
    fn set_aside(&self) {
        let outer = Self::none();
        self.exchange(&outer);
        self.outer.set(ManuallyDrop::new(Some(Box::new(outer))));
        self.has_outer.set(true);
    }

    #[cold]
    fn bring_back(&self) {
        if let Some(outer) = ManuallyDrop::into_inner(self.outer.replace(ManuallyDrop::new(None))) {
            self.exchange(&outer);
        }
    }

    fn exchange(&self, other: &Innermost) {
        self.keeper.swap(&other.keeper);
        self.depth.swap(&other.depth);
        self.has_changed.swap(&other.has_changed);
        self.is_counted.swap(&other.is_counted);
        self.resource.swap(&other.resource);
        self.previous.swap(&other.previous);
        self.previous_context.swap(&other.previous_context);
        self.has_outer.swap(&other.has_outer);
        self.outer.swap(&other.outer);
    }
}

/// It may have been the last to hold a value, whose drop may panic: a runtime's callback must not.
#[inline(never)]
pub(crate) fn drop_quietly(context: Mapping) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(context))) {
        mem::forget(payload);
    }
}

impl fmt::Debug for Captured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Captured").field("is_empty", &self.0.is_empty()).finish_non_exhaustive()
    }
}
