//! Snapshots and bound callbacks: a context that is kept, and brought back elsewhere.

use std::sync::{Arc, Mutex};

use async_hooks::tokio::spawn;
use async_hooks::{bind, prelude::*};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::runtimes::{elapse, on_each_runtime};

// N190
#[test]
fn a_snapshot_brings_back_what_was_set_when_it_was_taken() {
    let local = AsyncLocal::new();
    let seen = || local.get().as_deref().copied();
    let snapshot = local.run(123, Snapshot::current);
    local.run(321, || {
        assert_eq!(snapshot.run(seen), Some(123));
        assert_eq!(seen(), Some(321));
    });
    assert_eq!(seen(), None);
}

// N190
#[test]
fn a_snapshot_brings_back_over_awaits_what_was_set_when_it_was_taken() {
    static NUMBER: AsyncLocal<u32> = AsyncLocal::new();
    on_each_runtime(|| async {
        let snapshot = NUMBER.run(123, Snapshot::current);
        let later = async {
            elapse(1).await;
            NUMBER.get().as_deref().copied()
        };
        let scenario = async {
            assert_eq!(snapshot.scope(later).await, Some(123));
            assert_eq!(NUMBER.get().as_deref(), Some(&321));
        };
        NUMBER.scope(321, scenario).await;
    });
}

// N191
#[test]
fn a_bound_closure_passes_argument_and_result_and_keeps_its_context() {
    let local = AsyncLocal::new();
    let add = |argument| (argument + 1, local.get().as_deref().copied());
    let (own, snapshots) = local.run("bound", || (bind(add), Snapshot::current().bind(add)));
    assert_eq!(own(1), (2, Some("bound")));
    local.run("caller", || {
        assert_eq!(own(2), (3, Some("bound")));
        assert_eq!(snapshots(3), (4, Some("bound")));
        assert_eq!(add(4), (5, Some("caller")));
    });
}

// N192
#[test]
fn a_snapshot_of_nothing_hides_what_is_set() {
    let local = AsyncLocal::new();
    let snapshot = Snapshot::current();
    local.run(1, || {
        assert_eq!(snapshot.run(|| local.get()), None);
        assert_eq!(snapshot.bind(|()| local.get())(()), None);
        assert_eq!(local.get().as_deref(), Some(&1));
    });
}

// N193
#[test]
fn runs_inside_a_bound_closure_nest_and_end_with_it() {
    let local = AsyncLocal::new();
    let seen = || local.get().as_deref().copied();
    let inner_run = |()| {
        assert_eq!(seen(), Some("first"));
        local.run("second", || assert_eq!(seen(), Some("second")));
        assert_eq!(seen(), Some("first"));
    };
    let (before, after) = local.run("first", || {
        let before = bind(inner_run);
        inner_run(());
        (before, bind(inner_run))
    });
    before(());
    assert_eq!(seen(), None);
    after(());
    assert_eq!(seen(), None);
}

// N195
#[test]
fn bound_closures_called_in_each_others_context_see_their_own() {
    let local = AsyncLocal::new();
    let seen = || local.get().as_deref().copied();
    let first = local.run("first", || bind(|()| seen()));
    let second = local.run("second", || {
        assert_eq!(first(()), Some("first"));
        assert_eq!(seen(), Some("second"));
        bind(|()| (first(()), seen()))
    });
    local.run("third", || {
        assert_eq!(second(()), (Some("first"), Some("second")));
        assert_eq!(first(()), Some("first"));
        assert_eq!(seen(), Some("third"));
    });
}

type Job = Box<dyn Fn(()) + Send>;

/// Collects jobs, and runs all of them in one task that the first of them starts.
#[derive(Clone, Default)]
struct Batch {
    jobs: Arc<Mutex<Vec<Job>>>,
    timer: Arc<Notify>,
}

impl Batch {
    /// Answers with the task, if this job has started one.
    fn push(&self, job: impl Fn(()) + Send + 'static) -> Option<JoinHandle<()>> {
        let mut jobs = self.jobs.lock().unwrap();
        jobs.push(Box::new(job));
        let batch = self.clone();
        let flush = async move {
            batch.timer.notified().await;
            batch.jobs.lock().unwrap().iter().for_each(|job| job(()));
        };
        (jobs.len() == 1).then(|| spawn(flush))
    }
}

// N198
#[test]
fn jobs_of_a_batch_see_who_started_it_unless_they_are_bound() {
    static USER: AsyncLocal<&str> = AsyncLocal::new();
    on_each_runtime(|| async {
        let (batch, seen) = (Batch::default(), Arc::new(Mutex::new(Vec::new())));
        let see = |name| {
            let seen = Arc::clone(&seen);
            move |()| seen.lock().unwrap().push((name, USER.get().as_deref().copied()))
        };
        let flushing = USER.run("first", || batch.push(see("unbound by the first"))).unwrap();
        USER.run("second", || {
            assert!(batch.push(see("unbound by the second")).is_none());
            assert!(batch.push(bind(see("bound by the second"))).is_none());
        });
        batch.timer.notify_one();
        flushing.await.unwrap();
        let expected = [
            ("unbound by the first", Some("first")),
            ("unbound by the second", Some("first")),
            ("bound by the second", Some("second")),
        ];
        assert_eq!(*seen.lock().unwrap(), expected);
    });
}

/// Calls its listeners where it emits, as any emitter does.
#[derive(Default)]
struct Emitter<'a>(Vec<Box<dyn Fn(u32) + 'a>>);

impl<'a> Emitter<'a> {
    fn on(&mut self, listener: impl Fn(u32) + 'a) {
        self.0.push(Box::new(listener));
    }

    fn emit(&self, event: u32) {
        self.0.iter().for_each(|listener| listener(event));
    }
}

// N199
#[test]
fn a_plain_listener_sees_the_emitter_and_a_bound_one_its_registration() {
    let (local, seen) = (AsyncLocal::new(), Mutex::new(Vec::new()));
    let see = |event| seen.lock().unwrap().push((event, local.get().as_deref().copied()));
    let mut emitter = Emitter::default();
    local.run("registration", || {
        emitter.on(see);
        emitter.on(bind(see));
    });
    emitter.emit(1);
    local.run("emission", || emitter.emit(2));
    let expected = [(1, None), (1, Some("registration")), (2, Some("emission")), (2, Some("registration"))];
    assert_eq!(*seen.lock().unwrap(), expected);
}

// N202
#[test]
fn what_is_entered_in_one_scope_of_a_resource_is_not_there_in_the_next() {
    let local = AsyncLocal::new();
    let enter = |value| {
        let found = local.get();
        local.enter_with(value);
        assert_eq!(local.get().as_deref(), Some(&value));
        found
    };
    let resource = local.run("captured", || AsyncResource::new("resource"));
    assert_eq!(resource.run_in_async_scope(|| enter("one")).as_deref(), Some(&"captured"));
    assert_eq!(resource.run_in_async_scope(|| enter("two")).as_deref(), Some(&"captured"));
    let bound = resource.bind(enter);
    assert_eq!(bound("three").as_deref(), Some(&"captured"));
    assert_eq!(bound("four").as_deref(), Some(&"captured"));
    assert_eq!(local.get(), None);
}
