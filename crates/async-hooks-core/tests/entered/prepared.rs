//! The resources, snapshots, futures and tasks that programs enter.
//!
//! The reference knows each of them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::mem;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use async_hooks_core::runtime::{self, CapturedContext, ContextSink, TaskRecord};
use async_hooks_core::{AsyncResource, Snapshot};

use crate::program::Setup;
use crate::reference::Kept;
use crate::shown::{Local, Shown, Values, Who, value, with_values};

/// Runs the next steps of the program, and returns whether the surrounding future is done.
pub(crate) type Body = Box<dyn FnMut() -> bool>;

/// Puts a body into a future that is being made.
pub(crate) type MakeBody<'a> = &'a dyn Fn() -> Body;

pub(crate) struct Prepared {
    pub(crate) resources: Vec<Made>,
    pub(crate) snapshots: Vec<(Snapshot, Values)>,
    /// These are taken out while they are polled.
    pub(crate) local_futures: Vec<Option<LocalFuture>>,
    pub(crate) tracked: Vec<Option<Tracked>>,
    pub(crate) automatic: Vec<Option<Automatic>>,
    next_key: usize,
    /// How messages call a resource.
    names: Vec<(Who, &'static str, usize)>,
}

#[derive(Clone)]
pub(crate) struct Made {
    /// The number under which it is entered as a span.
    pub(crate) key: usize,
    pub(crate) resource: Arc<AsyncResource>,
    pub(crate) who: Who,
    pub(crate) captured: Values,
}

pub(crate) struct LocalFuture {
    pub(crate) local: Local,
    pub(crate) number: u32,
    pub(crate) future: Polled,
    pub(crate) kept: Kept,
}

pub(crate) struct Tracked {
    pub(crate) who: Who,
    pub(crate) captured: Values,
    pub(crate) future: Polled,
    pub(crate) kept: Kept,
}

/// A future that is polled by hand.
pub(crate) struct Polled(Pin<Box<dyn Future<Output = ()>>>);

/// A task of which only its runtime's callbacks tell.
pub(crate) struct Automatic {
    pub(crate) who: Who,
    pub(crate) captured: Values,
    pub(crate) record: Record,
    pub(crate) kept: Kept,
}

/// The record of a task in the table, under its number.
pub(crate) struct Record(u64);

impl Prepared {
    pub(crate) fn new(setup: &Setup, body: MakeBody<'_>) -> Self {
        let resources = setup.resources.iter().enumerate();
        let resources = resources.map(|(key, values)| with_values(*values, || Made::here(key, *values)));
        let snapshots = setup.snapshots.iter().map(|values| (with_values(*values, Snapshot::current), *values));
        let local_futures = setup.local_futures.iter().map(|(local, number)| LocalFuture::new(*local, *number, body));
        let tracked = setup.tracked.iter().map(|values| with_values(*values, || Tracked::here(*values, body)));
        let automatic = setup.automatic.iter().map(|values| with_values(*values, || Automatic::here(*values)));
        let mut prepared = Prepared {
            resources: resources.collect(),
            snapshots: snapshots.collect(),
            local_futures: local_futures.map(Some).collect(),
            tracked: tracked.map(Some).collect(),
            automatic: automatic.map(Some).collect(),
            next_key: setup.resources.len(),
            names: Vec::new(),
        };
        prepared.name_all();
        prepared
    }

    fn name_all(&mut self) {
        let made = self.resources.iter().map(|made| Some(made.who));
        self.names.extend(named("s", made));
        self.names.extend(named("tracked", self.tracked.iter().map(|tracked| Some(tracked.as_ref()?.who))));
        self.names.extend(named("automatic", self.automatic.iter().map(|task| Some(task.as_ref()?.who))));
    }

    /// Gives the number to a resource made here.
    pub(crate) fn make(&mut self, n: usize, captured: Values) {
        self.resources[n] = Made::here(self.next_key, captured);
        self.next_key += 1;
        self.names.push((self.resources[n].who, "new-s", n));
    }

    /// Gives the number to a tracked future and a task made here. Returns the former.
    pub(crate) fn spawn(&mut self, n: usize, captured: Values, body: MakeBody<'_>) -> impl Sized + use<> {
        let (Some(tracked), Some(automatic)) = (&mut self.tracked[n], &mut self.automatic[n]) else { return None };
        let tracked = mem::replace(tracked, Tracked::here(captured, body));
        let automatic = mem::replace(automatic, Automatic::here(captured));
        self.name_all();
        Some((tracked, automatic))
    }

    pub(crate) fn take_futures(&mut self) -> impl Sized + use<> {
        (mem::take(&mut self.local_futures), mem::take(&mut self.tracked), mem::take(&mut self.automatic))
    }

    /// What is shown, with the names of resources.
    pub(crate) fn written(&self, shown: Shown) -> String {
        let name = self.names.iter().find(|(who, ..)| *who == shown.who);
        let name = name.map(|(_, kind, n)| format!("{kind}{n}"));
        let name =
            name.unwrap_or_else(|| if shown.who == Who::ROOT { "root".to_owned() } else { format!("{:?}", shown.who) });
        let [a, b] = shown.values.map(|value| value.map_or("-".to_owned(), |value| value.to_string()));
        format!("{name} A={a} B={b}")
    }
}

fn named(
    kind: &'static str,
    whos: impl Iterator<Item = Option<Who>>,
) -> impl Iterator<Item = (Who, &'static str, usize)> {
    whos.enumerate().filter_map(move |(n, who)| Some((who?, kind, n)))
}

impl Made {
    /// Made here, where these values are set.
    fn here(key: usize, captured: Values) -> Self {
        let resource = AsyncResource::new("resource");
        Made { key, who: Who::of(&resource), resource: Arc::new(resource), captured }
    }
}

impl LocalFuture {
    pub(crate) fn new(local: Local, number: u32, body: MakeBody<'_>) -> Self {
        let future = Polled(Box::pin(local.get().scope(value(number), future_of(body()))));
        LocalFuture { local, number, future, kept: Kept::default() }
    }
}

impl Tracked {
    pub(crate) fn here(captured: Values, body: MakeBody<'_>) -> Self {
        let resource = AsyncResource::new("tracked");
        let who = Who::of(&resource);
        let future = Polled(Box::pin(resource.scope(future_of(body()))));
        Tracked { who, captured, future, kept: Kept::default() }
    }
}

fn future_of(mut body: Body) -> impl Future<Output = ()> {
    poll_fn(move |_| if body() { Poll::Ready(()) } else { Poll::Pending })
}

impl Polled {
    /// Polls once, and says whether the future is done.
    pub(crate) fn poll(&mut self) -> bool {
        self.0.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }
}

thread_local! {
    /// The records of the tasks, as an adapter keeps them.
    static RECORDS: RefCell<BTreeMap<u64, TaskRecord>> = const { RefCell::new(BTreeMap::new()) };
}

fn keep(task: u64, mut context: CapturedContext) {
    RECORDS.with_borrow_mut(|records| records.get_mut(&task).map(|record| record.exchange(&mut context)));
}

impl Automatic {
    pub(crate) fn here(captured: Values) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let task = NEXT.fetch_add(1, Ordering::Relaxed);
        let (record, init) = TaskRecord::spawned(task, &"task", Location::caller());
        init.send();
        let who = record.outside_polls().run_silently(Who::executing);
        RECORDS.with_borrow_mut(|records| records.insert(task, record));
        Automatic { who, captured, record: Record(task), kept: Kept::default() }
    }
}

impl Record {
    pub(crate) fn begin_poll(&self) {
        let sink = ContextSink { task: self.0, keep };
        RECORDS.with_borrow(|records| records.get(&self.0).map(|record| record.begin_poll(sink)));
    }

    pub(crate) fn end_poll(&self) {
        runtime::end_poll(self.0);
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let record = RECORDS.with_borrow_mut(|records| records.remove(&self.0));
        drop(record);
    }
}
