//! What do others need, to know a future or to carry a value into a task?
//!
//! Not all of them do the same: each is asked for the least it does to be of use, with somebody there to whom it is of use. What
//! each gives for its price stands beside its case.
//!
//! A program of its own: ours is counted again here, among them, and a check builds none of them.

use std::future::{Future, pending, ready};

use async_backtrace::location;
use async_hooks::FutureExt as _;
use async_hooks_benches::{
    Ask, Bare, Case, CountingLayer, OWN, Polled, Question, Sample, Spawner, Tracked, make_and_poll_once,
    spawn_and_join, with_counting_hooks, with_locals_set,
};
use await_tree::{Config, InstrumentAwait as _, Registry};
use fastrace::collector::{Reporter, SpanRecord};
use fastrace::future::FutureExt as _;
use fastrace::prelude::{Span, SpanContext};
use opentelemetry::context::{Context, FutureExt as _};
use tokio::task::JoinHandle;
use tokio_metrics::TaskMonitor;
use tracing::subscriber::with_default;
use tracing::{Instrument as _, info_span};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;

fn main() -> std::process::ExitCode {
    async_hooks_benches::answer(&[Ask { name: "peers", question }])
}

fn question() -> Question {
    polls(lives(tasks(Question::new("What do others need, to know a future or to carry a value into a task?"))))
}

/// The future has been polled before, and stays pending.
fn polls(question: Question) -> Question {
    question
        .group("a poll of a future, by what is around it")
        .case(Case::floor("poll: bare", |sample| poll(sample, pending())))
        .case(Case::new("poll: in_async_resource, off", |sample| poll(sample, pending().in_async_resource("bench"))))
        .case(Case::new("poll: in_async_resource, one hook", |sample| {
            with_counting_hooks(1, || poll(sample, pending().in_async_resource("bench")));
        }))
        .case(Case::new("poll: AsyncLocal::scope", |sample| poll(sample, OWN.scope(7, pending()))))
        .case(Case::peer("poll: tokio task_local scope", |sample| poll(sample, TASK_LOCAL.scope(7, pending()))))
        .case(Case::peer("poll: opentelemetry with_context", |sample| {
            poll(sample, pending().with_context(Context::current_with_value(Value(7))));
        }))
        .case(Case::peer("poll: tracing Instrumented, Registry", |sample| {
            with_default(registry(), || poll(sample, pending().instrument(info_span!("bench"))));
        }))
        .case(Case::peer("poll: tracing Instrumented, counting layer", |sample| {
            let subscriber = registry().with(CountingLayer::default());
            with_default(subscriber, || poll(sample, pending().instrument(info_span!("bench"))));
        }))
        .case(Case::peer("poll: fastrace in_span", |sample| {
            fastrace::set_reporter(Discard, fastrace::collector::Config::default());
            poll(sample, pending::<()>().in_span(Span::root("bench", SpanContext::random())));
        }))
        .case(Case::peer("poll: await-tree, a root", |sample| {
            let registry = Registry::new(Config::default());
            poll(sample, registry.register_anonymous("bench").instrument(pending()));
        }))
        .case(Case::peer("poll: await-tree, a root and an await", |sample| {
            let registry = Registry::new(Config::default());
            poll(sample, registry.register_anonymous("bench").instrument(pending().instrument_await("bench")));
        }))
        .case(Case::peer("poll: async-backtrace frame", |sample| poll(sample, location!().frame(pending()))))
        .case(Case::peer("poll: tokio-metrics instrument", |sample| {
            poll(sample, TaskMonitor::instrument(&TaskMonitor::new(), pending()));
        }))
}

/// The future is ready at its first poll.
fn lives(question: Question) -> Question {
    question
        .group("a future: made, polled once, dropped, by what is around it")
        .case(Case::floor("life: bare", |sample| live(sample, || ready(()))))
        .case(Case::new("life: in_async_resource, off", |sample| live(sample, || ready(()).in_async_resource("bench"))))
        .case(Case::new("life: in_async_resource, one hook", |sample| {
            with_counting_hooks(1, || live(sample, || ready(()).in_async_resource("bench")));
        }))
        .case(Case::new("life: AsyncLocal::scope", |sample| live(sample, || OWN.scope(7, ready(())))))
        .case(Case::peer("life: tokio task_local scope", |sample| live(sample, || TASK_LOCAL.scope(7, ready(())))))
        .case(Case::peer("life: opentelemetry with_context", |sample| {
            live(sample, || ready(()).with_context(Context::current_with_value(Value(7))));
        }))
        .case(Case::peer("life: tracing Instrumented, Registry", |sample| {
            with_default(registry(), || live(sample, || ready(()).instrument(info_span!("bench"))));
        }))
        .case(Case::peer("life: tracing Instrumented, counting layer", |sample| {
            let subscriber = registry().with(CountingLayer::default());
            with_default(subscriber, || live(sample, || ready(()).instrument(info_span!("bench"))));
        }))
        .case(Case::peer("life: fastrace in_span", |sample| {
            in_fastrace(|| live(sample, || ready(()).in_span(Span::enter_with_local_parent("bench"))));
        }))
        .case(Case::peer("life: await-tree, a root", |sample| {
            let registry = Registry::new(Config::default());
            live(sample, || registry.register_anonymous("bench").instrument(ready(())));
        }))
        .case(Case::peer("life: async-backtrace frame", |sample| live(sample, || location!().frame(ready(())))))
        .case(Case::peer("life: tokio-metrics instrument", |sample| {
            let monitor = TaskMonitor::new();
            live(sample, || TaskMonitor::instrument(&monitor, ready(())));
        }))
}

/// A task that knows its id, or has its creator's value, spawned and joined.
fn tasks(question: Question) -> Question {
    question
        .group("a task: spawned and joined, by what is around it")
        .case(Case::floor("task: tokio::spawn", |sample| spawn_and_join(sample, &Bare)))
        .case(Case::new("task: async_hooks spawn, one local set", |sample| {
            with_locals_set(1, || spawn_and_join(sample, &Tracked));
        }))
        .case(Case::new("task: async_hooks spawn, one local set, one hook", |sample| {
            with_counting_hooks(1, || with_locals_set(1, || spawn_and_join(sample, &Tracked)));
        }))
        .case(Case::peer("task: tokio task_local scope", |sample| spawn_and_join(sample, &InTaskLocal())))
        .case(Case::peer("task: opentelemetry with_current_context", |sample| {
            let _attached = Context::current_with_value(Value(7)).attach();
            spawn_and_join(sample, &InContext());
        }))
        .case(Case::peer("task: tracing Instrumented, Registry", |sample| {
            with_default(registry(), || spawn_and_join(sample, &InSpan()));
        }))
        .case(Case::peer("task: tracing Instrumented, counting layer", |sample| {
            with_default(registry().with(CountingLayer::default()), || spawn_and_join(sample, &InSpan()));
        }))
        .case(Case::peer("task: fastrace in_span", |sample| in_fastrace(|| spawn_and_join(sample, &InFastrace()))))
        .case(Case::peer("task: await-tree, a root", |sample| {
            spawn_and_join(sample, &InTree(Registry::new(Config::default())));
        }))
        .case(Case::peer("task: async-backtrace frame", |sample| spawn_and_join(sample, &InFrame())))
        .case(Case::peer("task: tokio-metrics instrument", |sample| {
            spawn_and_join(sample, &InMonitor(TaskMonitor::new()));
        }))
}

fn poll(sample: &mut Sample, future: impl Future<Output = ()> + 'static) {
    let mut polled = Polled::new(future);
    polled.poll();
    sample.time(|| polled.poll());
}

fn live<F: Future>(sample: &mut Sample, make: impl Fn() -> F) {
    sample.time(|| make_and_poll_once(&make));
}

tokio::task_local! {
    static TASK_LOCAL: u64;
}

/// What a context carries.
#[derive(Debug)]
struct Value(#[expect(dead_code, reason = "only carried")] u64);

/// Fastrace does nothing at all unless somebody takes its spans.
struct Discard;

impl Reporter for Discard {
    fn report(&mut self, _: Vec<SpanRecord>) {}
}

/// A span is one only below another.
fn in_fastrace(f: impl FnOnce()) {
    fastrace::set_reporter(Discard, fastrace::collector::Config::default());
    let root = Span::root("bench", SpanContext::random());
    let _parent = root.set_local_parent();
    f();
}

/// Declares ways to spawn: what is done with the future before tokio gets it.
macro_rules! spawners {
    ($($(#[$documentation:meta])* $name:ident $fields:tt, $self:ident, $future:ident => $wrapped:expr;)*) => {$(
        $(#[$documentation])*
        struct $name $fields;

        impl Spawner for $name {
            fn spawn<F>(&$self, $future: F) -> JoinHandle<F::Output>
            where
                F: Future + Send + 'static,
                F::Output: Send + 'static,
            {
                tokio::spawn($wrapped)
            }
        }
    )*};
}

spawners! {
    /// The spawner knows the value and sets it again.
    InTaskLocal (), self, future => TASK_LOCAL.scope(7, future);
    InContext (), self, future => future.with_current_context();
    InSpan (), self, future => future.instrument(info_span!("task"));
    InFastrace (), self, future => future.in_span(Span::enter_with_local_parent("task"));
    InTree (Registry), self, future => self.0.register_anonymous("task").instrument(future);
    InFrame (), self, future => location!().frame(future);
    InMonitor (TaskMonitor), self, future => TaskMonitor::instrument(&self.0, future);
}
