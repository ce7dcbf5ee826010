//! The span that was current at a task's spawn, entered around its polls.

use std::cell::RefCell;
use std::sync::Arc;

use tracing::Span;

use crate::poll_wrapper::PollWrapper;
use crate::runtime_hooks::RuntimeHooks;
use crate::sharded_map::ShardedMap;

impl RuntimeHooks {
    /// Runs each task inside the [`tracing`] span that is current at its spawn.
    ///
    /// It is as if its future were `.in_current_span()`.
    ///
    /// Then what a library spawns on its own logs with the request's fields. Ids stay the task's: the span is entered outside of
    /// them. It stays open for as long as the task lives. Tasks that a wrapper tracks are left alone.
    ///
    /// Not on by default: it enters and leaves a span with each poll, which subscribers receive.
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
        RuntimeHooks { wrapper: Some(Box::new(CurrentSpan)), ..self }
    }
}

struct CurrentSpan;

/// Shared, since a subscriber clones a span.
///
/// That is foreign code, which does not run under the table's lock.
static SPANS: ShardedMap<Arc<Span>> = ShardedMap::new();

thread_local! {
    /// With the tasks for which they are entered.
    static ENTERED: RefCell<Vec<(u64, Arc<Span>)>> = const { RefCell::new(Vec::new()) };
}

impl PollWrapper for CurrentSpan {
    fn spawned(&self, task: u64) {
        let span = Span::current();
        if !span.is_none() {
            drop(SPANS.insert(task, Arc::new(span)));
        }
    }

    fn enter(&self, task: u64) {
        let Some(span) = SPANS.with(task, Arc::clone) else { return };
        let noted = ENTERED.try_with(|entered| entered.borrow_mut().push((task, Arc::clone(&span))));
        // A thread past its end could not note the way back.
        if noted.is_ok() {
            span.with_subscriber(|(id, dispatch)| dispatch.enter(id));
        }
    }

    fn leave(&self, task: u64) {
        let left = ENTERED.try_with(|entered| {
            let mut entered = entered.borrow_mut();
            let position = entered.iter().rposition(|(entered_for, _)| *entered_for == task)?;
            Some(entered.remove(position))
        });
        if let Ok(Some((_, span))) = left {
            span.with_subscriber(|(id, dispatch)| dispatch.exit(id));
        }
    }

    fn terminated(&self, task: u64) {
        drop(SPANS.remove(task));
    }
}
