//! Resources of one's own: their scopes, their end, and the callbacks bound to them.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use async_hooks::tokio::{spawn, spawn_blocking};
use async_hooks::{AsyncId, AsyncResource, FutureExt as _, bind, create_hook, execution_async_id};
use tokio::task::yield_now;

use crate::recorder::Recorder;
use crate::runtimes::on_each_runtime;

// N040
#[test]
fn a_resource_is_announced_once_with_its_kind_and_creator() {
    let recorder = Recorder::start();
    let creator = AsyncResource::new("creator");
    let resource = creator.run_in_async_scope(|| AsyncResource::new("alcazares"));
    let init = recorder.init(resource.async_id());
    assert_eq!(init.resource.kind(), "alcazares");
    assert_eq!(init.resource.trigger_async_id(), Some(creator.async_id()));
    assert_eq!(init.executing_id(), creator.async_id());
    assert_ne!(resource.trigger_async_id(), Some(resource.async_id()));
    let elsewhere = AsyncResource::new("elsewhere");
    assert_eq!(elsewhere.run_in_async_scope(|| resource.trigger_async_id()), Some(creator.async_id()));
    assert_eq!(recorder.counts(resource.async_id()), [1, 0, 0, 0, 0]);
}

// N041
#[test]
fn each_scope_is_one_before_and_one_after() {
    let recorder = Recorder::start();
    let resource = AsyncResource::new("alcazares");
    let counts = || recorder.counts(resource.async_id());
    resource.run_in_async_scope(|| assert_eq!(counts(), [1, 1, 0, 0, 0]));
    assert_eq!(counts(), [1, 1, 1, 0, 0]);
    resource.run_in_async_scope(|| assert_eq!(counts(), [1, 2, 1, 0, 0]));
    assert_eq!(counts(), [1, 2, 2, 0, 0]);
}

// N042: destroy is sent by the call itself; Node sends it a turn later.
#[test]
fn emit_destroy_completes_a_life() {
    let recorder = Recorder::start();
    let resource = AsyncResource::new("alcazares");
    resource.run_in_async_scope(|| ());
    resource.run_in_async_scope(|| ());
    resource.emit_destroy();
    assert_eq!(recorder.counts(resource.async_id()), [1, 2, 2, 0, 1]);
}

// N043
#[test]
fn an_explicit_trigger_is_taken_as_given() {
    let recorder = Recorder::start();
    let nobody = AsyncId::from_u64(111 << 32).unwrap();
    let resource = AsyncResource::builder("alcazares").trigger_async_id(nobody).build();
    assert_eq!(resource.trigger_async_id(), Some(nobody));
    assert_eq!(recorder.init(resource.async_id()).resource.trigger_async_id(), Some(nobody));
}

// N048: Node calls the hook as often as `emitDestroy` is called.
#[test]
fn the_first_emit_destroy_is_the_only_one() {
    let recorder = Recorder::start();
    let resource = AsyncResource::new("alcazares");
    assert!(resource.emit_destroy());
    assert!(!resource.emit_destroy());
    assert_eq!(recorder.counts(resource.async_id()), [1, 0, 0, 0, 1]);
}

// N049: Node waits for the garbage collector.
#[test]
fn dropping_a_resource_destroys_it() {
    let recorder = Recorder::start();
    let resource = AsyncResource::new("alcazares");
    let id = resource.async_id();
    assert_eq!(recorder.counts(id), [1, 0, 0, 0, 0]);
    drop(resource);
    assert_eq!(recorder.counts(id), [1, 0, 0, 0, 1]);
}

// N050
#[test]
fn a_resource_destroyed_by_hand_is_not_destroyed_by_its_drop() {
    let recorder = Recorder::start();
    let resource = AsyncResource::new("alcazares");
    let id = resource.async_id();
    assert!(resource.emit_destroy());
    drop(resource);
    assert_eq!(recorder.counts(id), [1, 0, 0, 0, 1]);
}

// N051
#[test]
fn a_resource_with_manual_destroy_that_is_only_dropped_stays_in_the_list_of_the_living() {
    let living = Arc::new(Mutex::new(HashSet::new()));
    let (born, dead) = (Arc::clone(&living), Arc::clone(&living));
    let leaks = create_hook().init(move |resource| {
        born.lock().unwrap().insert(resource.async_id());
    });
    let leaks = leaks.destroy(move |resource| {
        dead.lock().unwrap().remove(&resource.async_id());
    });
    let _enabled = leaks.build().enable_scoped();

    let by_hand = || AsyncResource::builder("by hand").manual_destroy().build();
    let (leaked, ended, dropped) = (by_hand(), by_hand(), AsyncResource::new("dropped"));
    let ids = [leaked.async_id(), ended.async_id(), dropped.async_id()];
    let alive = || ids.map(|id| living.lock().unwrap().contains(&id));
    assert_eq!(alive(), [true, true, true]);
    ended.emit_destroy();
    drop((leaked, ended, dropped));
    assert_eq!(alive(), [true, false, false]);
}

// N052
#[test]
fn a_scope_returns_what_its_closure_returns() {
    assert_eq!(AsyncResource::new("alcazares").run_in_async_scope(|| 1729), 1729);
}

// N053
#[test]
fn a_panic_leaves_its_scope_in_order() {
    let recorder = Recorder::start();
    let resource = AsyncResource::new("alcazares");
    let outside = execution_async_id();
    let caught = catch_unwind(AssertUnwindSafe(|| resource.run_in_async_scope(|| panic!("on purpose"))));
    assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"on purpose"));
    assert_eq!(recorder.counts(resource.async_id()), [1, 1, 1, 0, 0]);
    assert_eq!(execution_async_id(), outside);
    assert_eq!(resource.run_in_async_scope(execution_async_id), resource.async_id());
    assert_eq!(recorder.counts(resource.async_id()), [1, 2, 2, 0, 0]);
}

// N055
#[test]
fn a_bound_closure_runs_as_a_resource_of_its_own() {
    let caller = AsyncResource::new("caller");
    let bound = bind(|()| execution_async_id());
    let id = bound(());
    assert_ne!(id, execution_async_id());
    assert_ne!(id, caller.async_id());
    assert_eq!(caller.run_in_async_scope(|| (execution_async_id(), bound(()))), (caller.async_id(), id));
    assert_eq!(std::thread::scope(|scope| scope.spawn(|| bound(())).join()).unwrap(), id);
}

// N056
#[test]
fn a_closure_bound_to_a_resource_runs_as_that_resource_each_time() {
    let resource = AsyncResource::new("alcazares");
    let id = resource.async_id();
    let bound = resource.bind(|argument: u32| (argument, execution_async_id()));
    assert_eq!([bound(1), bound(2), bound(3)], [(1, id), (2, id), (3, id)]);
    assert_ne!(execution_async_id(), id);
}

// N059
#[test]
fn a_bound_closure_is_announced_as_a_bound_fn() {
    let recorder = Recorder::start();
    let id = bind(|()| execution_async_id())(());
    assert_eq!(recorder.the("bound-fn").async_id(), id);
    assert_eq!(recorder.counts(id), [1, 1, 1, 0, 1]);
}

// N062
#[test]
fn what_executes_is_what_was_announced() {
    on_each_runtime(|| async {
        let recorder = Recorder::start();
        let in_task = recorder.clone();
        let task = spawn(async move {
            in_task.mark("callback");
            async { yield_now().await }.in_async_resource("alcazares").await;
            let in_job = in_task.clone();
            spawn_blocking(move || in_job.mark("callback")).await.unwrap();
            AsyncResource::new("lugar").run_in_async_scope(|| in_task.mark("callback"));
        });
        task.await.unwrap();

        let announced: HashMap<_, _> =
            recorder.inits().into_iter().map(|init| (init.id(), format!("{:?}", init.resource))).collect();
        let mut compared = 0;
        for record in recorder.records() {
            match record.event {
                "destroy" => continue,
                "init" => assert_ne!(record.executing_id(), record.id(), "a resource is created by another"),
                _ => assert_eq!(record.executing_id(), record.id(), "{record:?}"),
            }
            if record.executing_id() != AsyncId::ROOT {
                assert_eq!(announced.get(&record.executing_id()), Some(&format!("{:?}", record.executing)));
                compared += 1;
            }
        }
        // Three callbacks, three resources created by the task, and two events around each entry.
        assert!(compared >= 14, "{compared}");
    });
}
