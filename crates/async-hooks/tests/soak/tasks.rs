//! What a task does: random steps, between which it sees its own values and no others.

use std::future::{pending, ready};
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_hooks::tokio::{JoinSet, block_in_place, spawn, spawn_blocking};
use async_hooks::{AsyncResource, Envelope, FutureExt as _, Snapshot, bind};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::mpsc;
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};
use tracing::{Instrument as _, info_span};

use crate::faults;
use crate::random::Random;
use crate::runtimes::one_thread;
use crate::values::{FICKLE, OWN, OWNER, check_owner, read, token};

pub(crate) struct Task {
    owner: u64,
    depth: u64,
    random: Random,
    _token: Arc<()>,
}

/// Looks once more when it is dropped, in whatever way that comes about.
struct AtEnd(u64);

impl Drop for AtEnd {
    fn drop(&mut self) {
        check_owner(self.0, "a drop");
    }
}

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Task {
    pub(crate) fn new_owner() -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        NEXT.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn of(owner: u64, random: &mut Random) -> Self {
        Task { owner, depth: 0, random: random.fork(), _token: token() }
    }

    fn child(&mut self) -> Self {
        Task { owner: self.owner, depth: self.depth + 1, random: self.random.fork(), _token: token() }
    }

    fn check(&self, place: &str) {
        check_owner(self.owner, place);
    }
}

/// The future of a task that is spawned where `OWNER` is the task's.
pub(crate) fn work(mut task: Task) -> Work {
    Box::pin(async move {
        let _at_end = AtEnd(task.owner);
        task.check("a task");
        faults::check(read(&OWN).is_none(), || format!("a task got {:?} over a barrier", read(&OWN)));
        OWN.enter_with(task.owner);
        for _ in 0..task.random.below(6) {
            step(&mut task).await;
            task.check("a task, after a step");
            faults::check(read(&OWN) == Some(task.owner), || format!("a task has lost {:?}", read(&OWN)));
        }
    })
}

async fn step(task: &mut Task) {
    let is_leaf = task.depth > 2;
    match task.random.below(if is_leaf { 9 } else { 15 }) {
        0 | 1 => yield_now().await,
        2 => sleep(Duration::from_micros(task.random.below(500))).await,
        3 => set_fickle(task.owner),
        4 => callbacks(task),
        5 => messages(task).await,
        6 => look_in_scopes(task).await,
        7 => drop(timeout(Duration::ZERO, pending::<()>().in_async_resource("pending")).await),
        8 if task.random.one_in(4) => resume_unwind(Box::new("a task panics")),
        8 => ready(()).in_async_resource("ready").instrument(info_span!("ready")).await,
        9 => drop(spawn(work(task.child())).await),
        10 => drop(spawn(work(task.child()))),
        11 => work_in_set(task).await,
        12 => work_in_this_task(task).await,
        13 => work_on_a_thread(task).await,
        _ => work_in_place(task),
    }
}

/// Others disable the local, so it may be none, but never another's.
fn set_fickle(owner: u64) {
    const FORKS: u64 = 1_000_000;
    let check = |seen: Option<u64>| {
        let is_own = seen.is_none_or(|seen| seen / FORKS == owner);
        faults::check(is_own, || format!("{owner} sees {seen:?} in a local that is disabled"));
    };
    check(read(&FICKLE));
    FICKLE.enter_with(owner * FORKS);
    check(read(&FICKLE));
}

fn callbacks(task: &mut Task) {
    let owner = task.owner;
    let bound = bind(move |()| check_owner(owner, "a bound callback"));
    let once = AsyncResource::new("callback").bind_once(move |()| check_owner(owner, "a callback that runs once"));
    OWNER.run(u64::MAX, || bound(()));
    if task.random.one_in(2) {
        OWNER.exit(|| once(()));
    }
}

async fn messages(task: &mut Task) {
    let owner = task.owner;
    let (sender, mut receiver) = mpsc::channel(4);
    for unread in [false, true] {
        drop(sender.send((unread, Envelope::new("message", AtEnd(owner)))).await);
    }
    drop(sender);
    while let Some((unread, envelope)) = OWNER.scope(u64::MAX, receiver.recv()).await {
        if !unread {
            envelope.scope(|_at_end| async move { check_owner(owner, "a message") }).await;
        }
    }
}

async fn look_in_scopes(task: &mut Task) {
    let (owner, other) = (task.owner, task.owner + (1 << 40));
    OWNER.scope(other, async { check_owner(other, "a scope") }).await;
    Snapshot::current().scope(async { yield_now().await }).await;
    async { faults::check(read(&OWNER).is_none(), || "a detached future has an owner".to_owned()) }.detached().await;
    let inner = AsyncResource::new("scope");
    inner.run_in_async_scope(|| check_owner(owner, "a resource's scope"));
    faults::check(inner.emit_destroy(), || "an earlier destroy".to_owned());
}

async fn work_in_set(task: &mut Task) {
    let mut set = JoinSet::new();
    for _ in 0..=task.random.below(3) {
        set.spawn(work(task.child()));
    }
    if task.random.one_in(2) {
        drop(set.join_next().await);
    }
    if task.random.one_in(2) {
        set.shutdown().await;
    }
}

/// Nested: a tracked future, which may be dropped after some polls.
async fn work_in_this_task(task: &mut Task) {
    let child = task.child();
    let child = OWN.exit_scope(work(child)).in_async_resource("step").instrument(info_span!("step"));
    match task.random.below(2) {
        0 => drop(timeout(Duration::from_micros(task.random.below(300)), caught(child)).await),
        _ => caught(child).await,
    }
}

/// A panic of the inner future does not end the task.
async fn caught(future: impl Future<Output = ()>) {
    use futures::FutureExt as _;
    drop(std::panic::AssertUnwindSafe(future).catch_unwind().await);
}

/// A blocking job with a runtime of its own, or a thread.
async fn work_on_a_thread(task: &mut Task) {
    let child = task.child();
    if task.random.one_in(2) {
        drop(spawn_blocking(move || one_thread().block_on(work(child))).await);
        return;
    }
    let thread = async_hooks::thread::spawn(move || one_thread().block_on(caught(work(child))));
    if task.random.one_in(2) {
        // The task goes on when the thread has ended.
        drop(tokio::task::spawn_blocking(move || thread.join()).await);
    }
}

/// With a runtime of its own: tasks of this one might wait for ever where it is shut down.
fn work_in_place(task: &mut Task) {
    if Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread {
        let child = task.child();
        block_in_place(|| one_thread().block_on(caught(OWN.exit_scope(work(child)))));
    }
}
