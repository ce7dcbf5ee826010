//! The span that was current at a task's spawn, entered around its polls.

use std::cell::RefCell;
use std::sync::Arc;

use async_hooks_core::{EnabledHook, runtime};
use tracing::Span;

use crate::poll_wrapper::PollWrapper;
use crate::runtime_hooks::RuntimeHooks;
use crate::sharded_map::ShardedMap;
use crate::span_hold::{self, SpanHold};

impl RuntimeHooks {
    /// Runs each task inside the [`tracing`] span that is current at its spawn.
    ///
    /// It is as if its future were `.in_current_span()`.
    ///
    /// Then what a library spawns on its own logs with the request's fields. Ids stay the task's: the span is entered outside of
    /// them. Tasks that a wrapper tracks are left alone.
    ///
    /// The span stays open until the resource has ended around which the task was spawned, and that is no span: the request, the task.
    /// From then on the task runs without the span, and so does what it has spawned itself in that span. A task that was spawned in the
    /// root keeps its span open for as long as it lives. So a request's trace is exported when the request is done, and a pool that it
    /// started does not log as that request for ever. For the request's fields on every line of all its tasks there is
    /// `async_hooks::tracing::with_async_ids(format).with_field(…)`, which holds no span.
    ///
    /// Not on by default: it enters and leaves a span with each poll, which subscribers receive, and follows the end of each resource.
    ///
    /// # Examples
    ///
    /// ```
    /// use async_hooks_tokio::{BuilderExt as _, RuntimeHooks};
    /// use tracing::Span;
    /// use tracing_subscriber::{filter::LevelFilter, prelude::*};
    ///
    /// // tokio's own spans, if it makes any, are TRACE.
    /// let subscriber = tracing_subscriber::registry().with(LevelFilter::INFO);
    /// tracing::subscriber::with_default(subscriber, || {
    ///     let hooks = RuntimeHooks::new().in_current_span();
    ///     let runtime = tokio::runtime::Builder::new_current_thread().async_hooks_with(hooks).build().unwrap();
    ///     let request = tracing::info_span!("request");
    ///     let task = request.in_scope(|| runtime.spawn(async { Span::current().id() }));
    ///     assert_eq!(runtime.block_on(task).unwrap(), request.id());
    /// });
    /// ```
    pub fn in_current_span(self) -> Self {
        let wrapper = CurrentSpan { _following: span_hold::follow_owners() };
        RuntimeHooks { wrapper: Some(Box::new(wrapper)), ..self }
    }
}

struct CurrentSpan {
    _following: EnabledHook,
}

static HOLDS: ShardedMap<Arc<SpanHold>> = ShardedMap::new();

/// A poll that has entered a span.
struct EnteredPoll {
    task: u64,
    hold: Arc<SpanHold>,
    span: Arc<Span>,
}

thread_local! {
    /// The innermost last.
    static ENTERED: RefCell<Vec<EnteredPoll>> = const { RefCell::new(Vec::new()) };
}

/// The hold of the task that is polled here, if this is the span that it runs in.
///
/// What it spawns is no reason to hold the span longer.
fn hold_of_spawner(span: &Span) -> Option<Arc<SpanHold>> {
    let find = |entered: &RefCell<Vec<EnteredPoll>>| {
        let entered = entered.try_borrow().ok()?;
        let poll = entered.last().filter(|poll| poll.span.id() == span.id())?;
        Some(Arc::clone(&poll.hold))
    };
    ENTERED.try_with(find).ok().flatten()
}

impl PollWrapper for CurrentSpan {
    fn spawned(&self, task: u64) {
        let span = Span::current();
        if !span.is_none() {
            let new = || SpanHold::new(span.clone(), runtime::resource_below_spans());
            drop(HOLDS.insert(task, hold_of_spawner(&span).unwrap_or_else(new)));
        }
    }

    fn enter(&self, task: u64) {
        let Some(hold) = HOLDS.with(task, Arc::clone) else { return };
        let Some(span) = hold.span() else { return };
        let poll = EnteredPoll { task, hold, span: Arc::clone(&span) };
        let noted = ENTERED.try_with(|entered| entered.borrow_mut().push(poll));
        // A thread past its end could not note the way back.
        if noted.is_ok() {
            span.with_subscriber(|(id, dispatch)| dispatch.enter(id));
        }
    }

    fn leave(&self, task: u64) {
        let left = ENTERED.try_with(|entered| {
            let mut entered = entered.borrow_mut();
            let position = entered.iter().rposition(|poll| poll.task == task)?;
            Some(entered.remove(position))
        });
        if let Ok(Some(poll)) = left {
            poll.span.with_subscriber(|(id, dispatch)| dispatch.exit(id));
        }
    }

    fn terminated(&self, task: u64) {
        drop(HOLDS.remove(task));
    }
}
