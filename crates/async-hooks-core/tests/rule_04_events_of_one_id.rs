//! Rule: per id, `init` first and once; `before`/`after` paired; `destroy` once and last.
//!
//! `after` is sent also on panic; `resolve` at most once. Nothing after `destroy`: a scope open at that moment gets no
//! `after`, and one entered later runs its closure in the captured context and under the same ids, silently. Threads
//! that use one resource at once without order between them get only "init once, destroy once, pairs".

mod polling;
mod recorder;

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::Barrier;
use std::thread;

use async_hooks_core::{
    AsyncLocal, AsyncResource, FutureExt as _, bind, create_hook, execution_async_id, execution_async_resource,
    trigger_async_id,
};

use polling::{alone, complete, pause};
use recorder::Recorder;

static USER: AsyncLocal<&str> = AsyncLocal::new();

fn user() -> Option<&'static str> {
    USER.with(|user| user.copied())
}

#[test]
fn a_resource_is_initialised_first_and_destroyed_last() {
    let recorder = Recorder::start();
    let resource = AsyncResource::new("job");
    let id = resource.async_id();
    assert_eq!(recorder.of(id), ["init"]);
    resource.run_in_async_scope(|| assert_eq!(recorder.of(id), ["init", "before"]));
    resource.run_in_async_scope(|| assert_eq!(recorder.of(id), ["init", "before", "after", "before"]));
    drop(resource);
    assert_eq!(recorder.of(id), ["init", "before", "after", "before", "after", "destroy"]);
}

#[test]
fn scopes_of_one_resource_nest_in_pairs() {
    let recorder = Recorder::start();
    let resource = AsyncResource::new("job");
    resource.run_in_async_scope(|| resource.run_in_async_scope(|| {}));
    assert_eq!(recorder.of(resource.async_id()), ["init", "before", "before", "after", "after"]);
}

#[test]
fn a_scope_returns_what_its_closure_returns() {
    assert_eq!(AsyncResource::new("job").run_in_async_scope(|| 1729), 1729);
}

#[test]
fn after_is_sent_when_a_scope_panics() {
    let recorder = Recorder::start();
    let resource = AsyncResource::new("job");
    let outcome = catch_unwind(AssertUnwindSafe(|| resource.run_in_async_scope(|| panic_any("scope"))));
    assert_eq!(outcome.unwrap_err().downcast_ref(), Some(&"scope"));
    resource.run_in_async_scope(|| {});
    assert_eq!(recorder.of(resource.async_id()), ["init", "before", "after", "before", "after"]);
}

#[test]
fn after_is_sent_without_resolve_when_a_poll_panics() {
    let recorder = Recorder::start();
    let future = async { panic_any("poll") }.in_async_resource("future");
    let id = future.resource().async_id();
    assert!(catch_unwind(AssertUnwindSafe(|| complete(future))).is_err());
    assert_eq!(recorder.of(id), ["init", "before", "after", "destroy"]);
    assert_eq!(recorder.the("after", id).executing_id(), id);
}

#[test]
fn a_panic_through_nested_scopes_leaves_the_inner_first() {
    let recorder = Recorder::start();
    let (outer, inner) = (AsyncResource::new("rule 4 outer"), AsyncResource::new("rule 4 inner"));
    let nested = || outer.run_in_async_scope(|| inner.run_in_async_scope(|| panic_any("nested")));
    assert!(catch_unwind(AssertUnwindSafe(nested)).is_err());
    let seen = recorder.of_kinds(&["rule 4 outer", "rule 4 inner"]).join(", ").replace("rule 4 ", "");
    assert_eq!(seen, "init outer, init inner, before outer, before inner, after inner, after outer");
}

#[test]
fn after_is_sent_when_a_bound_callback_panics() {
    let recorder = Recorder::start();
    let bound = bind(|panics: bool| if panics { panic_any("bound") } else { execution_async_id() });
    let id = bound(false);
    assert!(catch_unwind(AssertUnwindSafe(|| bound(true))).is_err());
    drop(bound);
    assert_eq!(recorder.of(id), ["init", "before", "after", "before", "after", "destroy"]);
}

#[test]
fn a_callback_bound_once_is_destroyed_when_its_call_has_ended() {
    let recorder = Recorder::start();
    let resource = AsyncResource::new("job");
    let id = resource.async_id();
    let bound = resource.bind_once(|()| assert_eq!(recorder.of(id), ["init", "before"]));
    bound(());
    assert_eq!(recorder.of(id), ["init", "before", "after", "destroy"]);
}

#[test]
fn a_callback_bound_once_is_destroyed_when_its_call_panics() {
    let recorder = Recorder::start();
    let resource = AsyncResource::new("job");
    let id = resource.async_id();
    let bound = resource.bind_once(|()| panic_any("once"));
    assert!(catch_unwind(AssertUnwindSafe(|| bound(()))).is_err());
    assert_eq!(recorder.of(id), ["init", "before", "after", "destroy"]);
}

#[test]
fn destroy_is_sent_once_however_often_it_is_asked_for() {
    let recorder = Recorder::start();
    let resource = AsyncResource::new("job");
    let id = resource.async_id();
    assert_eq!([resource.emit_destroy(), resource.emit_destroy(), resource.emit_destroy()], [true, false, false]);
    drop(resource);
    assert_eq!(recorder.of(id), ["init", "destroy"]);
}

#[test]
fn a_scope_open_at_destroy_gets_no_after() {
    let recorder = Recorder::start();
    let resource = AsyncResource::new("job");
    let id = resource.async_id();
    resource.run_in_async_scope(|| {
        resource.run_in_async_scope(|| assert!(resource.emit_destroy()));
        assert_eq!(execution_async_id(), id);
    });
    assert_eq!(recorder.of(id), ["init", "before", "before", "destroy"]);
    assert_ne!(execution_async_id(), id);
}

#[test]
fn a_scope_open_at_destroy_gets_no_after_when_it_panics_either() {
    let recorder = Recorder::start();
    let resource = AsyncResource::new("job");
    let scope = || {
        resource.run_in_async_scope(|| {
            resource.emit_destroy();
            panic_any("after destroy");
        })
    };
    assert!(catch_unwind(AssertUnwindSafe(scope)).is_err());
    assert_eq!(recorder.of(resource.async_id()), ["init", "before", "destroy"]);
}

#[test]
fn a_scope_entered_after_destroy_runs_silently_in_its_context_and_ids() {
    let recorder = Recorder::start();
    let creator = AsyncResource::new("creator");
    let resource = creator.run_in_async_scope(|| USER.run("alice", || AsyncResource::new("job")));
    resource.emit_destroy();
    let seen = resource.run_in_async_scope(|| (user(), execution_async_resource(), trigger_async_id()));
    assert_eq!(seen, (Some("alice"), resource.resource(), Some(creator.async_id())));
    assert_eq!(recorder.of(resource.async_id()), ["init", "destroy"]);
}

#[test]
fn a_future_or_callback_of_an_ended_resource_runs_silently() {
    let recorder = Recorder::start();
    let ended = || {
        let resource = USER.run("alice", || AsyncResource::new("job"));
        resource.emit_destroy();
        resource
    };
    let (future, bound, bound_once) = (ended(), ended(), ended());
    let ids = [future.async_id(), bound.async_id(), bound_once.async_id()];
    let seen = || (user(), execution_async_id());
    let in_future = async move {
        pause().await;
        seen()
    };
    assert_eq!(complete(future.scope(in_future)), (Some("alice"), ids[0]));
    assert_eq!(bound.bind(move |()| seen())(()), (Some("alice"), ids[1]));
    assert_eq!(bound_once.bind_once(move |()| seen())(()), (Some("alice"), ids[2]));
    for id in ids {
        assert_eq!(recorder.of(id), ["init", "destroy"]);
    }
}

#[test]
fn what_an_ended_resource_creates_is_observed_by_hooks() {
    let recorder = Recorder::start();
    let ended = AsyncResource::new("job");
    ended.emit_destroy();
    let child = ended.run_in_async_scope(|| AsyncResource::new("child"));
    assert_eq!(child.trigger_async_id(), Some(ended.async_id()));
    assert_eq!(recorder.of(child.async_id()), ["init"]);
}

#[test]
fn a_resource_with_manual_destroy_is_not_destroyed_by_its_drop() {
    let recorder = Recorder::start();
    let dropped = AsyncResource::builder("job").manual_destroy().build();
    let id = dropped.async_id();
    drop(dropped);
    assert_eq!(recorder.of(id), ["init"]);

    let emitted = AsyncResource::builder("job").manual_destroy().build();
    let id = emitted.async_id();
    assert_eq!([emitted.emit_destroy(), emitted.emit_destroy()], [true, false]);
    drop(emitted);
    assert_eq!(recorder.of(id), ["init", "destroy"]);
}

#[test]
fn a_future_with_manual_destroy_resolves_and_is_not_destroyed() {
    let recorder = Recorder::start();
    let future = AsyncResource::builder("job").manual_destroy().build().scope(async {});
    let id = future.resource().async_id();
    complete(future);
    assert_eq!(recorder.of(id), ["init", "before", "resolve", "after"]);
}

#[test]
fn destroy_runs_in_the_scope_that_drops() {
    let recorder = Recorder::start();
    let (dropper, resource) = (AsyncResource::new("dropper"), AsyncResource::new("job"));
    let (bound, future) = (bind(|()| execution_async_id()), async {}.in_async_resource("future"));
    let ids = [resource.async_id(), bound(()), future.resource().async_id()];
    dropper.run_in_async_scope(move || drop((resource, bound, future)));
    for id in ids {
        assert_eq!(recorder.the("destroy", id).executing_id(), dropper.async_id());
    }
}

#[test]
fn a_destroy_from_a_hook_follows_the_event_it_came_from() {
    let recorder = Recorder::start();
    let resource = AsyncResource::new("destroyed by before");
    let shared = std::sync::Arc::new(resource);
    let in_hook = std::sync::Arc::clone(&shared);
    let hook = create_hook().before(move |entered| {
        if *entered == in_hook.resource() {
            in_hook.emit_destroy();
        }
    });
    let enabled = hook.build().enable_scoped();
    let late = Recorder::start();
    shared.run_in_async_scope(|| {});
    drop(enabled);
    assert_eq!(recorder.of(shared.async_id()), ["init", "before", "destroy"]);
    assert_eq!(late.of(shared.async_id()), ["before", "destroy"]);
}

#[test]
fn threads_sharing_a_resource_get_pairs_and_one_destroy() {
    let recorder = Recorder::start();
    let resource = AsyncResource::new("shared");
    let id = resource.async_id();
    let barrier = Barrier::new(4);
    let firsts = thread::scope(|scope| {
        let use_it = || {
            for _ in 0..200 {
                resource.run_in_async_scope(|| assert_eq!(execution_async_id(), id));
            }
        };
        let running: Vec<_> = (0..4).map(|_| scope.spawn(use_it)).collect();
        running.into_iter().for_each(|thread| thread.join().unwrap());
        let end_it = || {
            barrier.wait();
            resource.emit_destroy()
        };
        let ending: Vec<_> = (0..4).map(|_| scope.spawn(end_it)).collect();
        ending.into_iter().map(|thread| thread.join().unwrap()).filter(|first| *first).count()
    });
    assert_eq!(firsts, 1);
    drop(resource);
    let count = |event| recorder.of(id).iter().filter(|seen| **seen == event).count();
    assert_eq!((count("init"), count("before"), count("after"), count("destroy")), (1, 800, 800, 1));
    assert_eq!(recorder.of(id).last(), Some(&"destroy"));
}

#[test]
fn a_destroy_amid_the_scopes_of_other_threads_is_sent_once() {
    let recorder = Recorder::start();
    for _ in 0..50 {
        let resource = AsyncResource::new("contended");
        let id = resource.async_id();
        let barrier = Barrier::new(4);
        thread::scope(|scope| {
            for index in 0..4 {
                let (resource, barrier) = (&resource, &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    match index {
                        0 => drop(resource.emit_destroy()),
                        _ => resource.run_in_async_scope(|| assert_eq!(execution_async_id(), id)),
                    }
                });
            }
        });
        drop(resource);
        let count = |event| recorder.of(id).iter().filter(|seen| **seen == event).count();
        assert_eq!((count("init"), count("destroy")), (1, 1));
        assert!(count("after") <= count("before"));
    }
}

#[test]
fn a_callback_shared_by_threads_runs_each_call_in_its_scope() {
    let bound = USER.run("alice", || bind(|()| (user(), execution_async_id())));
    let id = bound(()).1;
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(bound(()), (Some("alice"), id)));
        }
    });
}

#[test]
fn a_resource_may_die_on_another_thread() {
    let recorder = Recorder::start();
    let resource = AsyncResource::new("travelling");
    let id = resource.async_id();
    alone(move || drop(resource));
    assert_eq!(recorder.of(id), ["init", "destroy"]);
}
