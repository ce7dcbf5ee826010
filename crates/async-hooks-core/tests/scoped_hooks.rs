//! Hooks that are enabled for a part of the program: for what a call or future causes.

mod polling;

use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Barrier, Mutex, PoisonError};

use async_hooks_core::{
    AsyncHook, AsyncId, AsyncLocal, AsyncResource, Envelope, Events, FutureExt as _, Hook, Resource, Snapshot,
    create_hook, detached, set_attribute, thread,
};

use polling::{OnDrop, alone, complete, pause, poll};

/// What several hooks received, in order.
#[derive(Clone, Default)]
struct Journal(Arc<Mutex<Vec<Entry>>>);

/// A hook's name, an event, and whose event it is.
type Entry = (&'static str, &'static str, AsyncId);

impl Journal {
    fn hook(&self, name: &'static str) -> AsyncHook {
        AsyncHook::new(Named { journal: self.clone(), name, events: Events::LIFECYCLE })
    }

    fn note(&self, name: &'static str, event: &'static str, resource: &Resource) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((name, event, resource.async_id()));
    }

    fn all(&self) -> Vec<Entry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The events of one resource, by hook: `"a init"`.
    fn of(&self, id: AsyncId) -> Vec<String> {
        let all = self.all();
        all.iter().filter(|(_, _, of)| *of == id).map(|(name, event, _)| format!("{name} {event}")).collect()
    }

    fn ids(&self) -> Vec<AsyncId> {
        let mut ids: Vec<_> = self.all().iter().map(|(_, _, id)| *id).collect();
        ids.sort();
        ids.dedup();
        ids
    }
}

struct Named {
    journal: Journal,
    name: &'static str,
    events: Events,
}

impl Hook for Named {
    fn init(&self, resource: &Resource) {
        self.journal.note(self.name, "init", resource);
    }

    fn before(&self, resource: &Resource) {
        self.journal.note(self.name, "before", resource);
    }

    fn after(&self, resource: &Resource) {
        self.journal.note(self.name, "after", resource);
    }

    fn resolve(&self, resource: &Resource) {
        self.journal.note(self.name, "resolve", resource);
    }

    fn destroy(&self, resource: &Resource) {
        self.journal.note(self.name, "destroy", resource);
    }

    fn events(&self) -> Events {
        self.events
    }
}

fn id_of(future: &async_hooks_core::ResourceFuture<impl Future>) -> AsyncId {
    future.resource().async_id()
}

#[test]
fn a_hook_receives_what_a_call_causes_also_after_the_call() {
    let journal = Journal::default();
    let job = journal.hook("a").run(|| AsyncResource::new("job"));
    let inner = job.run_in_async_scope(|| AsyncResource::new("inner"));
    let ids = [job.async_id(), inner.async_id()];
    drop((job, inner));
    assert_eq!(journal.of(ids[0]), ["a init", "a before", "a after", "a destroy"]);
    assert_eq!(journal.of(ids[1]), ["a init", "a destroy"]);
    assert_eq!(journal.ids(), ids);
}

#[test]
fn a_hook_receives_what_a_future_causes_in_all_its_polls() {
    let journal = Journal::default();
    let future = journal.hook("a").scope(async {
        let first = pause().in_async_resource("first");
        let first_id = id_of(&first);
        first.await;
        let second = pause().in_async_resource("second");
        let second_id = id_of(&second);
        second.await;
        [first_id, second_id]
    });
    let ids = complete(future);
    for id in ids {
        let expected = ["a init", "a before", "a after", "a before", "a resolve", "a after", "a destroy"];
        assert_eq!(journal.of(id), expected);
    }
    assert_eq!(journal.ids(), ids);
}

#[test]
fn what_existed_before_and_what_others_do_is_not_received() {
    let journal = Journal::default();
    let hook = journal.hook("a");
    let before = AsyncResource::new("before");
    let mine = before.run_in_async_scope(|| {
        hook.run(|| {
            before.run_in_async_scope(|| ());
            alone(|| drop(AsyncResource::new("elsewhere")));
            AsyncResource::new("mine")
        })
    });
    drop(AsyncResource::new("after"));
    drop(before);
    assert_eq!(journal.ids(), [mine.async_id()]);
}

#[test]
fn descendants_are_received_on_every_thread_and_by_every_way() {
    let journal = Journal::default();
    let (by_thread, by_envelope, by_snapshot) = journal.hook("a").run(|| {
        let by_thread = thread::spawn(|| AsyncResource::new("by thread"));
        (by_thread.join().unwrap(), Envelope::new("message", ()), Snapshot::current())
    });
    let (by_envelope, by_snapshot) = alone(|| {
        let by_envelope = by_envelope.run(|()| AsyncResource::new("by envelope"));
        (by_envelope, by_snapshot.run(|| AsyncResource::new("by snapshot")))
    });
    for resource in [by_thread, by_envelope, by_snapshot] {
        assert_eq!(journal.of(resource.async_id()), ["a init"]);
    }
    assert_eq!(journal.ids().len(), 5, "and the thread, and the message");
}

#[test]
fn what_is_detached_is_not_received() {
    let journal = Journal::default();
    let worker = journal.hook("a").run(|| detached(|| AsyncResource::new("worker")));
    worker.run_in_async_scope(|| drop(AsyncResource::new("job")));
    drop(worker);
    assert_eq!(journal.all(), []);
}

#[test]
fn a_scope_inside_itself_receives_each_event_once() {
    let journal = Journal::default();
    let hook = journal.hook("a");
    let job = hook.run(|| hook.run(|| complete(hook.scope(async { hook.run(|| AsyncResource::new("job")) }))));
    let id = job.async_id();
    drop(job);
    assert_eq!(journal.of(id), ["a init", "a destroy"]);
}

#[test]
fn a_hook_that_is_enabled_for_all_receives_each_event_once() {
    let journal = Journal::default();
    let hook = journal.hook("a");
    let enabled = hook.enable_scoped();
    let job = hook.run(|| AsyncResource::new("job"));
    job.run_in_async_scope(|| ());
    assert_eq!(journal.of(job.async_id()), ["a init", "a before", "a after"]);
    drop(enabled);
    assert!(!hook.is_enabled());
    job.run_in_async_scope(|| ());
    assert_eq!(journal.of(job.async_id())[3..], ["a before", "a after"], "the scope goes on");
    let other = AsyncResource::new("other");
    assert_eq!(journal.of(other.async_id()), [""; 0]);
}

#[test]
fn a_hook_enabled_for_all_inside_its_scope_receives_everything_from_then_on() {
    let journal = Journal::default();
    let hook = journal.hook("a");
    hook.run(|| {
        assert!(!hook.is_enabled());
        hook.enable();
    });
    let other = AsyncResource::new("other");
    hook.disable();
    assert_eq!(journal.of(other.async_id()), ["a init"]);
}

#[test]
fn hooks_of_both_kinds_run_in_the_order_of_enabling() {
    let journal = Journal::default();
    let [first, second, third, fourth] = ["1", "2", "3", "4"].map(|name| journal.hook(name));
    let first_enabled = first.enable_scoped();
    let job = second.run(|| {
        let _third_enabled = third.enable_scoped();
        let job = fourth.run(|| AsyncResource::new("job"));
        assert_eq!(journal.of(job.async_id()), ["1 init", "2 init", "3 init", "4 init"]);
        job
    });
    drop(first_enabled);
    let id = job.async_id();
    drop(job);
    assert_eq!(journal.of(id)[4..], ["2 destroy", "4 destroy"]);
}

#[test]
fn nested_scopes_of_two_hooks_receive_their_own() {
    let journal = Journal::default();
    let (outer, inner) = (journal.hook("outer"), journal.hook("inner"));
    let (both, one) = outer.run(|| (inner.run(|| AsyncResource::new("both")), AsyncResource::new("one")));
    assert_eq!(journal.of(both.async_id()), ["outer init", "inner init"]);
    assert_eq!(journal.of(one.async_id()), ["outer init"]);
}

#[test]
fn a_future_is_also_in_the_scopes_of_the_code_that_polls_it() {
    let journal = Journal::default();
    let (own, around) = (journal.hook("own"), journal.hook("around"));
    let future = own.scope(async { AsyncResource::new("job") });
    let job = complete(around.scope(future));
    assert_eq!(journal.of(job.async_id()), ["own init", "around init"]);
}

#[test]
fn disable_ends_open_scopes() {
    let journal = Journal::default();
    let hook = journal.hook("a");
    let job = hook.run(|| AsyncResource::new("job"));
    hook.disable();
    job.run_in_async_scope(|| ());
    let again = hook.run(|| AsyncResource::new("again"));
    let id = job.async_id();
    drop(job);
    assert_eq!(journal.of(id), ["a init"], "another scope of the hook is not the scope that has ended");
    assert_eq!(journal.of(again.async_id()), ["a init"]);
}

#[test]
fn a_hook_that_panics_in_its_scope_is_disabled_and_the_others_go_on() {
    let journal = Journal::default();
    let broken = create_hook().init(|_| panic!("broken hook")).destroy(|_| panic!("broken hook")).build();
    let sound = journal.hook("sound");
    let job = broken.run(|| sound.run(|| AsyncResource::new("job")));
    let id = job.async_id();
    drop(job);
    assert_eq!(journal.of(id), ["sound init", "sound destroy"]);
}

#[test]
fn a_hook_that_panics_when_asked_for_its_events_receives_nothing_and_hurts_nobody() {
    struct Broken;
    impl Hook for Broken {
        fn events(&self) -> Events {
            panic!("no events")
        }
    }
    let hook = AsyncHook::new(Broken);
    assert_eq!(hook.run(|| 7), 7);
    assert_eq!(complete(hook.scope(async { 7 })), 7);
}

#[test]
fn a_panic_leaves_the_scope() {
    let journal = Journal::default();
    let hook = journal.hook("a");
    assert!(catch_unwind(AssertUnwindSafe(|| hook.run(|| panic!("inside")))).is_err());
    drop(AsyncResource::new("outside"));
    assert_eq!(journal.all(), []);
}

#[test]
fn a_future_dropped_half_way_drops_what_it_owns_in_the_scope() {
    let journal = Journal::default();
    let seen = OnDrop(|| drop(AsyncResource::new("made by a drop")));
    let mut future = Box::pin(journal.hook("a").scope(async move {
        let _seen = seen;
        pending::<()>().await;
    }));
    assert!(poll(future.as_mut()).is_pending());
    drop(future);
    assert_eq!(journal.all().iter().map(|(_, event, _)| *event).collect::<Vec<_>>(), ["init", "destroy"]);
}

#[test]
fn a_future_that_was_taken_out_is_in_no_scope() {
    let journal = Journal::default();
    let future = journal.hook("a").scope(async { AsyncResource::new("job") });
    drop(complete(future.into_inner()));
    assert_eq!(journal.all(), []);
}

#[test]
fn values_set_inside_reach_the_code_that_awaits() {
    static USER: AsyncLocal<&str> = AsyncLocal::new();
    let hook = create_hook().init(|_| ()).build();
    alone(|| {
        complete(hook.scope(async {
            USER.enter_with("alice");
            pause().await;
        }));
        assert_eq!(USER.get().as_deref(), Some(&"alice"));
    });
}

#[test]
fn wakes_and_attributes_are_those_of_the_scope_too() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (wakes, attributes) = (Arc::clone(&seen), Arc::clone(&seen));
    let hook = create_hook()
        .wake(move |resource, _| wakes.lock().unwrap().push(("wake", resource.kind())))
        .attribute(move |resource, name, _| attributes.lock().unwrap().push((name, resource.kind())))
        .build();
    let waiting = |kind| {
        let waiting = async move {
            set_attribute("step", 1);
            pause().await;
        };
        waiting.in_async_resource(kind)
    };
    complete(hook.scope(async { waiting("inside").await }));
    complete(waiting("outside"));
    assert_eq!(*seen.lock().unwrap(), [("step", "inside"), ("wake", "inside")]);
}

#[test]
fn fifty_scopes_at_once_receive_exactly_their_own() {
    const SCOPES: usize = 50;
    let together = Barrier::new(SCOPES);
    thread::scope(|scope| {
        for _ in 0..SCOPES {
            scope.spawn(|| {
                let journal = Journal::default();
                together.wait();
                let ids = journal.hook("own").run(|| {
                    let resources: Vec<_> = (0..20).map(|_| AsyncResource::new("job")).collect();
                    resources.iter().for_each(|resource| resource.run_in_async_scope(|| ()));
                    resources.iter().map(AsyncResource::async_id).collect::<Vec<_>>()
                });
                assert_eq!(journal.ids(), ids);
                for id in ids {
                    assert_eq!(journal.of(id), ["own init", "own before", "own after", "own destroy"]);
                }
            });
        }
    });
}
