//! Timers, and who wakes a task.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use async_hooks_core::{AsyncHook, AsyncId, AsyncResource, EnabledHook, Events, Hook, Resource};
use async_hooks_tokio::automatic;
use async_hooks_tools::Contained;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, Sleep, sleep};

use crate::tracking::origin::ProbeSource;
use crate::tracking::outcome::outcome;
use crate::tracking::tracking_row::TrackingRow;

pub(crate) async fn rows(origin: &ProbeSource) -> Vec<TrackingRow> {
    let mut rows = vec![
        wake_row(
            "wake of a task of async_hooks::tokio",
            is_wake_seen(origin, |task| async_hooks_tokio::spawn(task)).await,
        ),
        wake_row("wake of a task of tokio::spawn", is_wake_seen(origin, |task| tokio::spawn(task)).await),
    ];
    match Contained::new("a timer of a tracking report").run(|| timer(origin)) {
        None => rows.push(without_values("tokio::time::sleep", None).with_remark("this runtime has no timers")),
        Some((is_tracked, timer)) => {
            rows.push(without_values("tokio::time::sleep", Some(is_tracked)).or_write(TIMERS));
            rows.push(timer_wake_row(origin, timer).await);
        }
    }
    rows
}

/// A row of something that runs no code.
fn without_values(what: &'static str, is_tracked: Option<bool>) -> TrackingRow {
    TrackingRow { is_tracked, ..TrackingRow::new(what, None) }
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

const TIMERS: &str = "build with `--cfg tokio_unstable` and tokio's feature `tracing`, and let target `tokio` pass at TRACE to \
                      `async_hooks::tracing::layer()`";

fn wake_row(what: &'static str, is_seen: Option<bool>) -> TrackingRow {
    without_values(what, is_seen).or_write(TIMERS)
}

/// Lets a resource wake a task, and says whether hooks receive that.
async fn is_wake_seen(origin: &ProbeSource, spawn: impl FnOnce(Task) -> JoinHandle<()>) -> Option<bool> {
    let journal = Journal::of(origin.id());
    let (waiting, is_waiting) = oneshot::channel();
    let (wake, woken) = oneshot::channel();
    let task = origin.make(|| spawn(Box::pin(wait(woken, waiting))));
    let waker = origin.make(|| AsyncResource::new("tracking report's waker"));
    let wakes = tokio::spawn(async move {
        let _ = is_waiting.await;
        waker.run_in_async_scope(|| drop(wake));
        waker.async_id()
    });
    let waker = outcome(wakes).await?;
    outcome(task).await?;
    Some(journal.seen().wakes.iter().any(|by| by.async_id() == waker))
}

/// Says that it waits when its waker is known.
async fn wait(woken: oneshot::Receiver<()>, waiting: oneshot::Sender<()>) {
    let mut woken = pin!(woken);
    poll_fn(|context| Poll::Ready(woken.as_mut().poll(context).is_pending())).await;
    drop(waiting);
    let _ = woken.await;
}

/// A timer, and whether it is a resource. Panics on a runtime without timers.
fn timer(origin: &ProbeSource) -> (bool, Pin<Box<Sleep>>) {
    let journal = Journal::of(origin.id());
    let timer = origin.make(|| Box::pin(sleep(DELAY)));
    let is_tracked = !journal.seen().inits.is_empty();
    (is_tracked, timer)
}

async fn timer_wake_row(origin: &ProbeSource, timer: Pin<Box<Sleep>>) -> TrackingRow {
    let journal = Journal::of(origin.id());
    let slept = outcome(origin.make(|| async_hooks_tokio::spawn(wait_for(timer)))).await;
    let by = slept.and_then(|()| journal.seen().wakes.last().map(Resource::kind));
    let row = without_values("wake by a timer", by.map(|by| by != "root"));
    match by {
        None => row.with_remark("the timer woke nobody"),
        Some(by) => row.with_remark(format!("by {by}")).or_write(DRIVER[usize::from(automatic())]),
    }
}

/// Waits for a timer that has not elapsed by then.
///
/// On a busy machine, time passes before the task is polled, and within a poll.
async fn wait_for(mut timer: Pin<Box<Sleep>>) {
    let mut delay = DELAY;
    loop {
        timer.as_mut().reset(Instant::now() + delay);
        if poll_fn(|context| Poll::Ready(timer.as_mut().poll(context).is_pending())).await {
            return timer.await;
        }
        delay *= 2;
    }
}

/// The least time that the timer runs.
const DELAY: Duration = Duration::from_millis(1);

/// Without the cfg, and with it.
const DRIVER: [&str; 2] = [
    "build with `--cfg tokio_unstable`, and the runtime with `async_hooks_with(RuntimeHooks::new().driver_wakes())`",
    "build the runtime with `async_hooks_with(RuntimeHooks::new().driver_wakes())`",
];

/// What hooks receive of the resources that the origin triggers.
struct Journal {
    seen: Arc<Mutex<Seen>>,
    _enabled: EnabledHook,
}

#[derive(Default)]
struct Seen {
    inits: Vec<Resource>,
    /// Who woke one of them.
    wakes: Vec<Resource>,
}

impl Journal {
    fn of(origin: AsyncId) -> Journal {
        let seen = Arc::default();
        let hook = AsyncHook::new(Noting { origin, seen: Arc::clone(&seen) });
        Journal { seen, _enabled: hook.enable_scoped() }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Noting {
    origin: AsyncId,
    seen: Arc<Mutex<Seen>>,
}

impl Noting {
    fn note(&self, resource: &Resource, note: impl FnOnce(&mut Seen)) {
        if resource.trigger_async_id() == Some(self.origin) {
            note(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

impl Hook for Noting {
    fn init(&self, resource: &Resource) {
        self.note(resource, |seen| seen.inits.push(*resource));
    }

    fn wake(&self, resource: &Resource, by: &Resource) {
        self.note(resource, |seen| seen.wakes.push(*by));
    }

    fn events(&self) -> Events {
        Events::INIT | Events::WAKE
    }
}
