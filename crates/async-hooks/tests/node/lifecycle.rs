//! The order of events in the life of a task, a timer, a blocking job.

use std::future::{pending, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;

use async_hooks::tokio::{spawn, spawn_blocking};
use async_hooks::{AsyncId, AsyncResource, FutureExt as _, bind, execution_async_id, trigger_async_id};
use tokio::sync::oneshot;

use crate::recorder::{Record, Recorder};
use crate::runtimes::{elapse, on_each_runtime, stall_workers};
use crate::timers::{set_interval, set_timeout};
use crate::told::Told;

// N090
#[test]
fn a_task_that_spawns_a_task_lives_like_any_other() {
    on_each_runtime(|| async {
        let recorder = Recorder::start();
        let in_first = recorder.clone();
        let first = spawn(async move {
            let inside = in_first.counts(execution_async_id());
            let in_second = in_first.clone();
            let second = spawn(async move { (execution_async_id(), in_second.counts(execution_async_id())) });
            (execution_async_id(), inside, second)
        });
        let (first, inside_first, second) = first.await.unwrap();
        let (second, inside_second) = second.await.unwrap();
        assert_eq!((inside_first, inside_second), ([1, 1, 0, 0, 0], [1, 1, 0, 0, 0]));
        assert_eq!((recorder.counts(first), recorder.counts(second)), ([1; 5], [1; 5]));
        assert_eq!(recorder.init(second).resource.trigger_async_id(), Some(first));
    });
}

// N091
#[test]
fn a_task_is_announced_by_its_spawn_and_destroyed_when_it_is_done() {
    on_each_runtime(|| async {
        let recorder = Recorder::start();
        let in_task = recorder.clone();
        let task = spawn(async move { in_task.mark("body") });
        let id = recorder.the("tokio::task").async_id();
        assert_eq!(recorder.init(id).executing_id(), execution_async_id());
        task.await.unwrap();
        assert_eq!(recorder.events(id), ["init", "before", "body", "resolve", "after", "destroy"]);
    });
}

// N093
#[test]
fn a_future_never_polled_has_a_beginning_and_an_end() {
    let recorder = Recorder::start();
    let future = async {}.in_async_resource("never polled");
    let id = future.resource().async_id();
    drop(future);
    assert_eq!(recorder.counts(id), [1, 0, 0, 0, 1]);
}

// N094
#[test]
fn a_task_aborted_before_its_first_poll_has_a_beginning_and_an_end() {
    on_each_runtime(|| async {
        let recorder = Recorder::start();
        let stalled = stall_workers().await;
        let task = spawn(async {});
        task.abort();
        drop(stalled);
        assert!(task.await.unwrap_err().is_cancelled());
        let resource = recorder.the("tokio::task");
        assert_eq!(recorder.events(resource.async_id()), ["init", "destroy"]);
        assert_eq!(resource.trigger_async_id(), Some(AsyncId::ROOT));
    });
}

// N096
#[test]
fn a_future_resolves_once_however_often_it_is_ready() {
    let recorder = Recorder::start();
    let mut future = pin!(poll_fn(|_| Poll::Ready(())).in_async_resource("ready again"));
    let id = future.resource().async_id();
    for _ in 0..3 {
        assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    }
    assert_eq!(recorder.counts(id), [1, 3, 3, 1, 0]);
}

// N096: a promise resolved three times, here by three senders of whom one has the channel.
#[test]
fn a_future_resolves_once_however_many_would_resolve_it() {
    on_each_runtime(|| async {
        let recorder = Recorder::start();
        let (sender, receiver) = oneshot::channel();
        let sender = Arc::new(Mutex::new(Some(sender)));
        let waiting = spawn(receiver.in_async_resource("waits for a sender"));
        let attempts = [1, 2, 3].map(|number| {
            let sender = Arc::clone(&sender);
            spawn(async move { sender.lock().unwrap().take().map(|sender| sender.send(number)).is_some() })
        });
        let mut sent = 0;
        for attempt in attempts {
            sent += usize::from(attempt.await.unwrap());
        }
        assert!(waiting.await.unwrap().is_ok());
        assert_eq!(sent, 1);
        let id = recorder.the("waits for a sender").async_id();
        assert_eq!(recorder.events(id).iter().filter(|event| **event == "resolve").count(), 1);
    });
}

// N099
#[test]
fn each_drop_destroys_exactly_its_own_id() {
    let recorder = Recorder::start();
    let destroyed = || Vec::from_iter(recorder.all("destroy").iter().map(Record::id));
    let mut expected = Vec::new();
    for _ in 0..5 {
        let resource = AsyncResource::new("round");
        assert_eq!(destroyed(), expected);
        expected.push(resource.async_id());
        drop(resource);
        assert_eq!(destroyed(), expected);
    }
}

// N100: in Node nothing executes while `destroy` is sent.
#[test]
fn destroy_is_sent_in_the_scope_that_drops() {
    let recorder = Recorder::start();
    let executing = |id, event: &str| {
        let records = recorder.all(event).into_iter().filter(|record| record.id() == id);
        Vec::from_iter(records.map(|record| record.executing_id()))
    };
    let (dropper, dropped) = (AsyncResource::new("dropper"), AsyncResource::new("dropped"));
    let (dropper_id, id) = (dropper.async_id(), dropped.async_id());
    dropped.run_in_async_scope(|| ());
    dropper.run_in_async_scope(|| drop(dropped));
    drop(dropper);
    assert_eq!((executing(id, "before"), executing(id, "after")), (vec![id], vec![id]));
    assert_eq!(executing(id, "destroy"), [dropper_id]);
    assert_eq!(executing(dropper_id, "after"), [dropper_id]);
    assert_eq!(executing(dropper_id, "destroy"), [AsyncId::ROOT]);
}

// N102: Node's late hook does not know what the id stands for; here every event carries kind and trigger.
#[test]
fn a_late_hook_receives_events_of_earlier_resources() {
    on_each_runtime(|| async {
        let told = Told::default();
        let (open, opened) = oneshot::channel();
        let inner = async { opened.await.unwrap() }.in_async_resource("before the hook");
        let inner_id = inner.resource().async_id();
        let outer = inner.in_async_resource("before the hook");
        let outer_id = outer.resource().async_id();
        let resource = AsyncResource::new("before the hook");
        let resource_id = resource.async_id();

        let _enabled = told.hook().enable_scoped();
        open.send(()).unwrap();
        outer.await;
        resource.run_in_async_scope(|| ());
        drop(resource);
        assert_eq!(told.events(inner_id), ["before", "resolve", "after", "destroy"]);
        assert_eq!(told.events(outer_id), ["before", "resolve", "after", "destroy"]);
        assert_eq!(told.events(resource_id), ["before", "after", "destroy"]);
        assert!(told.created("before the hook").is_empty());
    });
}

// N104
#[test]
fn a_blocking_job_is_a_resource_on_another_thread() {
    on_each_runtime(|| async {
        let recorder = Recorder::start();
        let job = spawn_blocking(|| (thread::current().id(), execution_async_id(), trigger_async_id()));
        let (ran_on, id, trigger) = job.await.unwrap();
        assert_ne!(ran_on, thread::current().id());
        assert_eq!(recorder.the("tokio::blocking").async_id(), id);
        assert_eq!(trigger, Some(AsyncId::ROOT));
        assert_eq!(recorder.events(id), ["init", "before", "after", "destroy"]);
    });
}

// N106
#[test]
fn a_timeout_is_entered_when_it_fires_and_destroyed_when_it_has() {
    on_each_runtime(|| async {
        let recorder = Recorder::start();
        let (first_is_over, over) = oneshot::channel();
        let (tell, told) = oneshot::channel();
        let in_first = recorder.clone();
        let first = set_timeout(elapse(1), move || {
            let first = execution_async_id();
            assert_eq!(in_first.counts(first), [1, 1, 0, 0, 0]);
            let in_second = in_first.clone();
            // With two workers a second timeout could fire before the first callback has returned.
            let second = async move { over.await.unwrap() };
            let second = set_timeout(second, move || {
                assert_eq!(trigger_async_id(), Some(first));
                assert_eq!(in_second.counts(first), [1, 1, 1, 0, 1]);
                assert_eq!(in_second.counts(execution_async_id()), [1, 1, 0, 0, 0]);
            });
            tell.send(second).unwrap();
        });
        first.await.unwrap();
        first_is_over.send(()).unwrap();
        told.await.unwrap().await.unwrap();

        let never = set_timeout(pending(), || unreachable!("it never fires"));
        never.abort();
        assert!(never.await.unwrap_err().is_cancelled());

        let timeouts = recorder.created("Timeout");
        let counts = Vec::from_iter(timeouts.iter().map(|timeout| recorder.counts(timeout.async_id())));
        assert_eq!(counts, [[1, 1, 1, 0, 1], [1, 1, 1, 0, 1], [1, 0, 0, 0, 1]]);
    });
}

// N107
#[test]
fn an_interval_is_one_resource_entered_at_each_tick() {
    on_each_runtime(|| async {
        let recorder = Recorder::start();
        let in_tick = recorder.clone();
        set_interval(3, move |_| in_tick.mark("tick")).await.unwrap();
        let id = recorder.the("Timeout").async_id();
        let entry = ["before", "tick", "after"];
        let expected = [&["init"][..], &entry, &entry, &entry, &["destroy"]].concat();
        assert_eq!(recorder.events(id), expected);
    });
}

// N107
#[test]
fn a_callback_called_again_is_the_same_resource() {
    let recorder = Recorder::start();
    let bound = bind(|()| execution_async_id());
    let ids = [bound(()), bound(()), bound(())];
    drop(bound);
    assert_eq!(ids, [ids[0]; 3]);
    let entered = ["before", "after"].repeat(3);
    assert_eq!(recorder.events(ids[0]), [vec!["init"], entered, vec!["destroy"]].concat());
}
