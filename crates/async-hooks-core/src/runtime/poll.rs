//! A poll of a task between the two callbacks of its runtime: one says that the poll begins, the other that it has ended.
//!
//! The callbacks come in pairs and on one thread. Pairs nest where a task drives a runtime of its own.

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::sync::Arc;

use crate::context::current;
use crate::context::level;
use crate::context::mapping::Mapping;
use crate::context::sink::{ContextSink, OuterSink, SinkSlot};
use crate::hooks::dispatch;
use crate::hooks::events::Events;
use crate::hooks::list::is_wanted;
use crate::identity::execution;
use crate::identity::resource::Resource;
use crate::runtime::task::{DropContained, Task, TaskRecord};

/// The innermost poll that has begun on this thread, and what the thread had before it. Kept field by field: as one value it
/// would be copied in and out on every poll.
struct CurrentPoll {
    /// The polled task, if hooks observe this poll.
    observed: Cell<ManuallyDrop<Option<Arc<Task>>>>,
    previous: Cell<Resource>,
    previous_context: Cell<ManuallyDrop<Mapping>>,
    has_outer: Cell<bool>,
    /// The poll around this one, with the sink of its task.
    outer: Cell<ManuallyDrop<Option<Box<OuterPoll>>>>,
}

struct OuterPoll {
    poll: CurrentPoll,
    sink: OuterSink,
}

thread_local! {
    /// Without a destructor, so that polls in thread-local destructors find it; it owns nothing while no poll is open.
    static CURRENT_POLL: CurrentPoll = const { CurrentPoll::none() };
}

impl TaskRecord {
    /// Begins a poll on this thread: ids in, context in. Runs no foreign code, because the caller may hold a lock. Returns
    /// whether hooks observe the poll: then the caller sends `before` by [`emit_before`], once it holds no lock.
    ///
    /// Hooks observe a poll while one of them wants polls or the end of tasks; only then does the order of both matter.
    ///
    /// [`emit_before`]: crate::runtime::emit_before
    #[inline]
    pub fn begin_poll(&self, sink: ContextSink) -> bool {
        if with_sink(SinkSlot::is_open) {
            set_outer_aside();
        }
        let mut context = self.context.0.clone();
        execution::with_executing(|previous| CURRENT_POLL.with(|poll| poll.previous.set(*previous)));
        // Written field by field from the record to its place: the processor would stall on a copy made on the way.
        execution::set(self.task.resource());
        level::enter_polled(&mut context, sink);
        CURRENT_POLL.with(|poll| poll.previous_context.set(ManuallyDrop::new(context)));
        let is_observed = is_wanted(Events::BEFORE | Events::AFTER | Events::DESTROY);
        if is_observed {
            let observed = Some(Arc::clone(&self.task));
            CURRENT_POLL.with(|poll| poll.observed.set(ManuallyDrop::new(observed)));
        }
        is_observed
    }
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

/// The task's future has returned from this poll, but hooks and callbacks of its end still run. Another worker may already be in
/// the next poll, so what they set from here on is not kept: it would undo what the next poll sets.
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

/// Drops the task last: if the task has ended meanwhile, this drop sends its `destroy`.
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
    #[inline]
    fn put_back(&self) -> DropContained {
        let mut context = ManuallyDrop::into_inner(self.previous_context.replace(ManuallyDrop::new(Mapping::EMPTY)));
        level::leave_resource(&self.previous.get(), &mut context);
        with_sink(SinkSlot::close);
        if self.has_outer.get() {
            self.bring_outer_back();
        }
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
