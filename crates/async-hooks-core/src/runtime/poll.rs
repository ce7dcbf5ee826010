//! A poll of a task, from the runtime's callback at its start to the one at its end.
//!
//! The runtime calls both on one thread. Polls nest if a task drives a runtime of its own.

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::sync::Arc;

use crate::context::current;
use crate::context::foreign::captured;
use crate::context::foreign::carrier;
use crate::context::level;
use crate::context::mapping::Mapping;
use crate::context::sink::{ContextSink, OuterSink, SinkSlot};
use crate::hooks::dispatch;
use crate::hooks::events::Events;
use crate::hooks::list::is_wanted;
use crate::identity::execution;
use crate::identity::resource::Resource;
use crate::runtime::entered::emit_before_poll;
use crate::runtime::task::{DropContained, Task, TaskRecord};

/// The innermost open poll of this thread, and what the thread had before it.
///
/// Each field has a cell of its own: a cell around all would copy them in and out on every poll.
struct CurrentPoll {
    /// The polled task, if hooks observe this poll.
    observed: Cell<ManuallyDrop<Option<Arc<Task>>>>,
    previous: Cell<Resource>,
    previous_context: Cell<ManuallyDrop<Mapping>>,
    has_outer: Cell<bool>,
    /// The poll around this one, and the sink of its task.
    outer: Cell<ManuallyDrop<Option<Box<OuterPoll>>>>,
}

struct OuterPoll {
    poll: CurrentPoll,
    sink: OuterSink,
}

thread_local! {
    /// Has no destructor, so that a poll in a thread-local destructor can use it.
    ///
    /// Owns nothing while no poll is open.
    static CURRENT_POLL: CurrentPoll = const { CurrentPoll::none() };
}

impl TaskRecord {
    /// Begins a poll on this thread: ids in, context in.
    ///
    /// Returns whether foreign code is to run as well.
    ///
    /// It runs no foreign code itself, because the caller may hold a lock. If it returns `true`, the caller calls
    /// [`finish_beginning`], once it holds no lock.
    ///
    /// Hooks observe a poll while one of them wants `before`, `after` or `destroy`, because `destroy` follows the last
    /// `after`.
    ///
    /// [`finish_beginning`]: crate::runtime::finish_beginning
    #[inline]
    pub fn begin_poll(&self, sink: ContextSink) -> bool {
        if with_sink(SinkSlot::is_open) {
            set_outer_aside();
        }
        let mut context = self.context.0.clone();
        execution::with_executing(|previous| CURRENT_POLL.with(|poll| poll.previous.set(*previous)));
        // Stored field by field from the record: the processor would stall on an intermediate copy.
        execution::set(self.task.resource());
        level::enter_polled(&mut context, sink);
        CURRENT_POLL.with(|poll| poll.previous_context.set(ManuallyDrop::new(context)));
        let is_observed = is_wanted(Events::BEFORE | Events::AFTER | Events::DESTROY);
        if is_observed {
            let observed = Some(Arc::clone(&self.task));
            CURRENT_POLL.with(|poll| poll.observed.set(ManuallyDrop::new(observed)));
        }
        is_observed || carrier::is_any()
    }
}

/// Attaches the foreign contexts of the polled task, and sends its `before`.
#[inline]
pub fn finish_beginning() {
    captured::attach();
    emit_before_poll();
}

#[inline]
fn with_sink<R>(f: impl FnOnce(&SinkSlot) -> R) -> R {
    current::with(|current| f(&current.sink))
}

#[cold]
fn set_outer_aside() {
    CURRENT_POLL.with(CurrentPoll::set_outer_aside);
}

/// Whether this thread polls the task.
#[must_use]
pub fn is_polling(task: u64) -> bool {
    with_sink(|sink| sink.is_of(task))
}

/// Stops recording context changes: later changes in this poll do not reach later polls.
///
/// The future has returned, but the hooks and callbacks for the end of the poll still run. Another worker may already
/// be in the next poll, and a change from here would overwrite what that poll sets.
pub fn freeze_context(task: u64) {
    if with_sink(|sink| sink.is_of(task)) {
        with_sink(SinkSlot::freeze);
    }
}

/// Ends the poll of this task on this thread, if there is one: `after`, context out, ids out.
#[inline]
pub fn end_poll(task: u64) {
    if !with_sink(|sink| sink.is_of(task)) {
        return;
    }
    CURRENT_POLL.with(|poll| match ManuallyDrop::into_inner(poll.observed.replace(ManuallyDrop::new(None))) {
        None => drop(poll.put_back()),
        Some(task) => end_observed(poll, task),
    });
}

/// Drops the task last: if it has ended meanwhile, this drop sends its `destroy`.
#[inline(never)]
fn end_observed(poll: &CurrentPoll, task: Arc<Task>) {
    if is_wanted(Events::AFTER) {
        with_sink(SinkSlot::freeze);
        dispatch::after(&task.resource());
    }
    let _values_go_last = poll.put_back();
    drop(task);
}

impl CurrentPoll {
    const fn none() -> Self {
        CurrentPoll {
            observed: Cell::new(ManuallyDrop::new(None)),
            previous: Cell::new(Resource::ROOT),
            previous_context: Cell::new(ManuallyDrop::new(Mapping::EMPTY)),
            has_outer: Cell::new(false),
            outer: Cell::new(ManuallyDrop::new(None)),
        }
    }

    /// Returns the context that the task had.
    ///
    /// The sink of the poll around is back first: leaving the level hands on what was left inside, and that changes the outer task.
    #[inline]
    fn put_back(&self) -> DropContained {
        let mut context = ManuallyDrop::into_inner(self.previous_context.replace(ManuallyDrop::new(Mapping::EMPTY)));
        let previous = self.previous.get();
        with_sink(SinkSlot::close);
        if self.has_outer.get() {
            self.bring_outer_back();
        }
        level::leave_resource(&previous, &mut context);
        DropContained(context)
    }

    #[cold]
    fn set_outer_aside(&self) {
        let outer = Self::none();
        self.exchange(&outer);
        self.outer.set(ManuallyDrop::new(Some(Box::new(OuterPoll { poll: outer, sink: with_sink(SinkSlot::take) }))));
        self.has_outer.set(true);
    }

    #[cold]
    fn bring_outer_back(&self) {
        if let Some(outer) = ManuallyDrop::into_inner(self.outer.replace(ManuallyDrop::new(None))) {
            self.exchange(&outer.poll);
            with_sink(|slot| slot.put_back(outer.sink));
        }
    }

    fn exchange(&self, other: &CurrentPoll) {
        self.observed.swap(&other.observed);
        self.previous.swap(&other.previous);
        self.previous_context.swap(&other.previous_context);
        self.has_outer.swap(&other.has_outer);
        self.outer.swap(&other.outer);
    }
}
