//! Does what a task of a program does, and looks at the values on the way.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use async_hooks::{AsyncLocal, AsyncLocalGuard, AsyncResource, FutureExt as _, Snapshot};
use futures::future::{BoxFuture, FutureExt as _, LocalBoxFuture};
use tokio::task::yield_now;
use tracing::dispatcher::DefaultGuard;
use tracing::span::EnteredSpan;
use tracing::{Instrument as _, Span, info_span};

use crate::program::{Act, LOCALS, SPANS, Slot, Step, Value};
use crate::subscriber::Subscriber;
use crate::threads::Worker;

pub(crate) static ALL: [AsyncLocal<Value>; LOCALS] = [AsyncLocal::new(), AsyncLocal::new()];

/// What the tasks of a program share.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) subscriber: Subscriber,
    /// Another thread, with the same subscriber.
    pub(crate) elsewhere: Arc<Worker<DefaultGuard>>,
    pub(crate) faults: Arc<Mutex<Vec<String>>>,
}

impl World {
    pub(crate) fn report(&self, fault: String) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }
}

/// A span or a guard that is to be dropped.
#[derive(Debug)]
pub(crate) enum Held {
    #[expect(dead_code, reason = "held for its drop")]
    Span(EnteredSpan),
    #[expect(dead_code, reason = "held for its drop")]
    Guard(AsyncLocalGuard<'static, Value>),
}

/// Keeps what is still entered when a block of acts ends.
pub(crate) trait Keep: Default + 'static {
    type Steps<'a>: Future<Output = ()> + 'a;

    fn keep(&mut self, held: Vec<Held>);
    fn take(&mut self, at: usize) -> Option<Held>;
    fn boxed<'a>(task: &'a mut Task<Self>, steps: &'a [Step]) -> Self::Steps<'a>;
}

/// Leaves before an await what was entered after the previous one.
///
/// The task may continue on another thread.
impl Keep for () {
    type Steps<'a> = BoxFuture<'a, ()>;

    fn keep(&mut self, held: Vec<Held>) {
        drop(held);
    }

    fn take(&mut self, _: usize) -> Option<Held> {
        None
    }

    fn boxed<'a>(task: &'a mut Task<Self>, steps: &'a [Step]) -> Self::Steps<'a> {
        task.steps(steps).boxed()
    }
}

/// A task that stays on its thread holds spans and guards over its awaits.
impl Keep for Vec<Held> {
    type Steps<'a> = LocalBoxFuture<'a, ()>;

    fn keep(&mut self, mut held: Vec<Held>) {
        self.append(&mut held);
    }

    fn take(&mut self, at: usize) -> Option<Held> {
        (at < self.len()).then(|| self.remove(at))
    }

    fn boxed<'a>(task: &'a mut Task<Self>, steps: &'a [Step]) -> Self::Steps<'a> {
        task.steps(steps).boxed_local()
    }
}

pub(crate) struct Task<K> {
    number: u32,
    /// Whether the values that the task sees must be its own.
    is_judged: bool,
    /// Whether it runs on a thread where what is set to stay would stay for ever.
    is_elsewhere: bool,
    world: World,
    spans: [Option<Span>; SPANS],
    kept: K,
}

/// The payload of a panic in a program.
struct Unwinding;

/// A value tells which task has set it.
const OF_ONE_TASK: u32 = 1000;

impl<K: Keep> Task<K> {
    pub(crate) fn new(number: u32, is_judged: bool, world: World) -> Self {
        let (spans, kept) = (Default::default(), K::default());
        Task { number, is_judged, is_elsewhere: false, world, spans, kept }
    }

    pub(crate) async fn run(mut self, steps: Vec<Step>) {
        self.steps(&steps).await;
        // In the order of entering, which is not that of leaving.
        while let Some(held) = self.kept.take(0) {
            drop(held);
        }
    }

    async fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            self.look();
            match step {
                Step::Acts(acts) => self.block(acts),
                Step::Yield => yield_now().await,
                Step::Scoped(local, value, inner) => ALL[*local].scope(self.own(*value), K::boxed(self, inner)).await,
                Step::Tracked(inner) => K::boxed(self, inner).in_async_resource("part").await,
                Step::Instrumented(slot, inner) => {
                    let span = self.span(*slot);
                    K::boxed(self, inner).instrument(span).await;
                }
                Step::Captured(inner) => K::boxed(self, inner).in_current_snapshot().await,
            }
            self.look();
        }
    }

    /// Acts that hold what they enter until one of them leaves it, whatever has ended meanwhile.
    fn block(&mut self, acts: &[Act]) {
        let mut held = Vec::new();
        drop(catch_unwind(AssertUnwindSafe(|| self.acts(acts, &mut held))));
        self.kept.keep(held);
    }

    fn acts(&mut self, acts: &[Act], held: &mut Vec<Held>) {
        for act in acts {
            self.act(act, held);
            self.look();
        }
    }

    fn act(&mut self, act: &Act, held: &mut Vec<Held>) {
        match act {
            Act::NewSpan(slot) => self.spans[*slot] = Some(info_span!("part")),
            Act::EndSpan(slot) => self.spans[*slot] = None,
            Act::Enter(slot) => held.push(Held::Span(self.span(*slot).entered())),
            Act::Guard(local, value) => held.push(Held::Guard(ALL[*local].enter(self.own(*value)))),
            Act::Leave(at) if *at < held.len() => drop(held.remove(*at)),
            Act::Leave(at) => drop(self.kept.take(*at - held.len())),
            Act::EnterWith(..) if self.is_elsewhere => {}
            Act::EnterWith(local, value) => ALL[*local].enter_with(self.own(*value)),
            Act::Run(local, value, inner) => ALL[*local].run(self.own(*value), || self.acts(inner, held)),
            Act::InResource(inner) => AsyncResource::new("part").run_in_async_scope(|| self.acts(inner, held)),
            Act::InSnapshot(inner) => Snapshot::current().run(|| self.acts(inner, held)),
            Act::Elsewhere(inner) => self.elsewhere(inner.clone()),
            Act::Catch(inner) => drop(catch_unwind(AssertUnwindSafe(|| self.acts(inner, held)))),
            Act::Panic => resume_unwind(Box::new(Unwinding)),
            Act::TakeLayerAway => self.world.subscriber.take_layer_away(),
            Act::GiveLayerBack => self.world.subscriber.give_layer_back(),
        }
    }

    /// Waits for another thread, on which the same spans are entered.
    fn elsewhere(&self, acts: Vec<Act>) {
        if self.is_elsewhere {
            return;
        }
        let (number, is_judged, world) = (self.number, false, self.world.clone());
        let spans = self.spans.clone();
        let mut task = Task { number, is_judged, is_elsewhere: true, world, spans, kept: () };
        self.world.elsewhere.run(move |_| task.block(&acts));
    }

    fn span(&mut self, slot: Slot) -> Span {
        self.spans[slot].get_or_insert_with(|| info_span!("part")).clone()
    }

    fn own(&self, value: Value) -> Value {
        self.number * OF_ONE_TASK + value
    }

    /// Sees no value that another task has set.
    fn look(&self) {
        for local in &ALL {
            let seen = local.with(|value| value.copied()).filter(|value| value / OF_ONE_TASK != self.number);
            if let Some(value) = seen.filter(|_| self.is_judged) {
                self.world.report(format!("task {} sees {value}", self.number));
            }
        }
    }
}
