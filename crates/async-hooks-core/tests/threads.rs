//! Threads as resources: std's functions, with ids, context and events.

mod recorder;

use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::Mutex;

use async_hooks_core::{
    AsyncId, AsyncLocal, AsyncResource, Inherit, execution_async_id, execution_async_resource, thread, trigger_async_id,
};

use recorder::Recorder;

static USER: AsyncLocal<&str> = AsyncLocal::new();

fn user() -> Option<&'static str> {
    USER.get().as_deref().copied()
}

#[test]
fn a_thread_is_a_resource_of_its_spawner() {
    let spawner = AsyncResource::new("spawner");
    let seen = || (execution_async_resource(), trigger_async_id(), user());
    let line = Location::caller().line() + 1;
    let joined = spawner.run_in_async_scope(|| USER.run("alice", || thread::spawn(seen))).join().unwrap();
    assert_eq!((joined.0.kind(), joined.0.location().line()), ("thread", line));
    assert_eq!((joined.1, joined.2), (Some(spawner.async_id()), Some("alice")));
}

#[test]
fn a_thread_sends_one_pair_and_is_destroyed_before_it_is_joined() {
    let recorder = Recorder::start();
    let id = thread::spawn(execution_async_id).join().unwrap();
    assert_eq!(recorder.of(id), ["init", "before", "after", "destroy"]);
}

#[test]
fn a_panic_comes_back_by_join_and_still_ends_the_resource() {
    let recorder = Recorder::start();
    let id = Mutex::new(None);
    let outcome = thread::scope(|scope| {
        let panicking = scope.spawn(|| {
            *id.lock().unwrap() = Some(execution_async_id());
            std::panic::panic_any(7);
        });
        panicking.join()
    });
    assert_eq!(outcome.unwrap_err().downcast_ref(), Some(&7));
    let id = id.into_inner().unwrap().unwrap();
    assert_eq!(recorder.of(id), ["init", "before", "after", "destroy"]);
}

#[test]
fn a_scope_joins_its_threads_and_panics_as_std_does_if_one_panicked() {
    let recorder = Recorder::start();
    let id = Mutex::new(None);
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        thread::scope(|scope| {
            scope.spawn(|| {
                *id.lock().unwrap() = Some(execution_async_id());
                panic!("a thread nobody joins");
            });
        });
    }));
    assert!(outcome.is_err());
    let id = id.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).unwrap();
    assert_eq!(recorder.of(id), ["init", "before", "after", "destroy"]);
    assert_eq!(execution_async_id(), AsyncId::ROOT);
}

#[test]
fn threads_go_on_in_their_own_context_when_their_scope_panics() {
    let (go, may_go) = std::sync::mpsc::channel::<()>();
    let seen = Mutex::new(None);
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        USER.run("alice", || {
            thread::scope(|scope| {
                let seen = &seen;
                scope.spawn(move || {
                    // Ends only once the scope's function has panicked: its sender is dropped by unwinding.
                    assert!(may_go.recv().is_err());
                    *seen.lock().unwrap() = Some((execution_async_resource().kind(), user()));
                });
                let _held = go;
                panic!("the scope");
            })
        })
    }));
    assert!(outcome.is_err());
    assert_eq!(*seen.lock().unwrap(), Some(("thread", Some("alice"))));
    assert_eq!((execution_async_id(), user()), (AsyncId::ROOT, None));
}

#[test]
fn a_scoped_thread_spawns_in_its_scope_and_is_the_trigger() {
    let (outer, trigger) = thread::scope(|scope| {
        let outer = scope.spawn(move || (execution_async_id(), scope.spawn(trigger_async_id)));
        let (id, inner) = outer.join().unwrap();
        (id, inner.join().unwrap())
    });
    assert_eq!(trigger, Some(outer));
}

#[test]
fn a_builder_names_the_thread_and_spawns_in_both_ways() {
    let name = || std::thread::current().name().map(str::to_owned);
    let spawned = thread::Builder::new().name("reader".to_owned()).spawn(name).unwrap();
    assert_eq!(spawned.join().unwrap().as_deref(), Some("reader"));
    let borrowed = String::from("borrowed");
    let scoped = thread::scope(|scope| {
        let seen = || (borrowed.len(), execution_async_resource().kind());
        thread::Builder::new().spawn_scoped(scope, seen).unwrap().join().unwrap()
    });
    assert_eq!(scoped, (8, "thread"));
}

#[test]
fn a_thread_that_the_system_refuses_is_destroyed_with_what_it_owns() {
    struct Noted<'a>(&'a Mutex<Vec<&'static str>>);
    impl Drop for Noted<'_> {
        fn drop(&mut self) {
            self.0.lock().unwrap().push(execution_async_resource().kind());
        }
    }
    let dropped_in = Mutex::new(Vec::new());
    let recorder = Recorder::start();
    let noted = Noted(&dropped_in);
    let mut line = 0;
    let refused = thread::scope(|scope| {
        let huge = thread::Builder::new().stack_size(usize::MAX / 2);
        line = Location::caller().line() + 1;
        huge.spawn_scoped(scope, move || drop(noted)).is_err()
    });
    assert!(refused, "no system has a stack of half the address space");
    assert_eq!(*dropped_in.lock().unwrap(), ["thread"]);
    let here = |resource: &async_hooks_core::Resource| resource.location().line() == line;
    let of_it: Vec<_> = recorder.records().into_iter().filter(|record| here(&record.resource)).collect();
    assert_eq!(of_it.iter().map(|record| record.event).collect::<Vec<_>>(), ["init", "destroy"]);
}

#[test]
fn a_thread_is_what_a_spawn_is_for_inheritance() {
    static TRANSACTION: AsyncLocal<&str> = AsyncLocal::new().inherit(Inherit::Barrier);
    let seen = TRANSACTION.run("open", || thread::spawn(|| TRANSACTION.get()).join().unwrap());
    assert_eq!(seen, None);
}

#[test]
fn what_a_thread_sets_ends_with_it() {
    let set = || {
        USER.enter_with("bob");
        user()
    };
    let seen = USER.run("alice", || (thread::spawn(set).join().unwrap(), user()));
    assert_eq!(seen, (Some("bob"), Some("alice")));
}
