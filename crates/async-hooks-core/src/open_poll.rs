//! A poll between a runtime's two callbacks: the one tells that it begins, the other that it has ended.
//!
//! They come in pairs and on one thread, but nested, where a task drives a runtime of its own.

use std::cell::Cell;
use std::fmt;
use std::mem::{self, ManuallyDrop};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::context::current;
use crate::context::mapping::Mapping;
use crate::hooks::dispatch;
use crate::hooks::events::Events;
use crate::hooks::list::is_wanted;
use crate::identity::execution;
use crate::identity::resource::Resource;
use crate::task::Task;

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
    /// What is polled, if hooks are told of the poll.
    told_of: Cell<ManuallyDrop<Option<Arc<Task>>>>,
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

/// Begins a poll on this thread: ids in, context in. Runs no foreign code, for a lock may be held; says whether hooks are to be
/// told, when it is not.
///
/// They are while some hook wants to know of polls or of the end of tasks; only then their order is of interest.
#[inline]
pub(crate) fn begin(task: &Arc<Task>, mut context: Mapping, keeper: Keeper) -> bool {
    if INNERMOST.with(Innermost::has_begun) {
        set_aside();
    }
    current::swap(&mut context);
    execution::with_executing(|previous| INNERMOST.with(|innermost| innermost.previous.set(*previous)));
    // Written field by field from its record to its place: a copy made on the way would be waited for.
    execution::set(task.resource());
    INNERMOST.with(|innermost| {
        innermost.previous_context.set(ManuallyDrop::new(context));
        innermost.depth.set(current::depth());
        innermost.keeper.set(Some(keeper));
    });
    let is_told_of = is_wanted(Events::BEFORE | Events::AFTER | Events::DESTROY);
    if is_told_of {
        INNERMOST.with(|innermost| innermost.told_of.set(ManuallyDrop::new(Some(Arc::clone(task)))));
    }
    is_told_of
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

/// Ends the poll of this task on this thread, if there is one: `after`, context out, ids out.
#[inline]
pub fn end_poll(task: u64) {
    INNERMOST.with(|innermost| {
        if innermost.is_of(task) {
            match ManuallyDrop::into_inner(innermost.told_of.replace(ManuallyDrop::new(None))) {
                None => drop(innermost.put_back()),
                Some(task) => end_told(innermost, task),
            }
        }
    });
}

/// Lets go of the task when the poll has ended: this may be the last that hooks hear of it.
#[inline(never)]
fn end_told(innermost: &Innermost, task: Arc<Task>) {
    if is_wanted(Events::AFTER) {
        innermost.give_back();
        dispatch::after(&task.resource());
    }
    let _values_go_last = innermost.put_back();
    drop(task);
}

impl Innermost {
    const fn none() -> Self {
        Innermost {
            keeper: Cell::new(None),
            depth: Cell::new(0),
            has_changed: Cell::new(false),
            told_of: Cell::new(ManuallyDrop::new(None)),
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
        if let Some(keeper) = self.keeper.get().filter(|_| self.depth.get() == current::depth()) {
            self.has_changed.set(true);
            (keeper.keep)(keeper.task, Captured(current::capture()));
        }
    }

    /// To a depth that no scope inside has, so that no change is told of.
    fn give_back(&self) {
        self.depth.set(self.depth.get().wrapping_sub(1));
    }

    /// Hands out the context that the task had.
    #[inline]
    fn put_back(&self) -> Quiet {
        execution::set(self.previous.get());
        let mut context = ManuallyDrop::into_inner(self.previous_context.replace(ManuallyDrop::new(Mapping::EMPTY)));
        current::swap(&mut context);
        self.keeper.set(None);
        self.has_changed.set(false);
        if self.has_outer.get() {
            self.bring_back();
        }
        Quiet(context)
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
        self.told_of.swap(&other.told_of);
        self.previous.swap(&other.previous);
        self.previous_context.swap(&other.previous_context);
        self.has_outer.swap(&other.has_outer);
        self.outer.swap(&other.outer);
    }
}

/// A context that a runtime's callback drops. It may be the last to hold a value, whose drop may panic; the callback must not.
pub(crate) struct Quiet(pub(crate) Mapping);

impl Drop for Quiet {
    #[inline]
    fn drop(&mut self) {
        if !self.0.is_same(&Mapping::EMPTY) {
            drop_quietly(mem::take(&mut self.0));
        }
    }
}

#[inline(never)]
fn drop_quietly(context: Mapping) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(context))) {
        mem::forget(payload);
    }
}

impl fmt::Debug for Captured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Captured").field("is_empty", &self.0.is_empty()).finish_non_exhaustive()
    }
}
