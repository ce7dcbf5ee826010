//! Rule: every query answers (ROOT, unset) in a thread-local destructor.
//!
//! There `run` and scopes still run their closure. The same in a panic hook, on a foreign thread, during unwinding:
//! nothing panics.

mod child;
mod polling;
mod recorder;

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::pin::Pin;
use std::sync::{Mutex, mpsc};
use std::task::Poll;
use std::thread;

use async_hooks_core::{
    AsyncId, AsyncLocal, AsyncResource, FutureExt as _, Snapshot, StoreMap, bind, create_hook, execution_async_id,
    execution_async_resource, trigger_async_id,
};

use child::{in_child, say};
use polling::{OnDrop, alone, complete, pause, poll};
use recorder::Recorder;

static USER: AsyncLocal<String> = AsyncLocal::new();
static TENANT: AsyncLocal<u32> = AsyncLocal::new();
static DEFAULTED: AsyncLocal<u32> = AsyncLocal::with_default(|| 7);

type LastWords = OnDrop<Box<dyn FnMut()>>;

thread_local! {
    static AT_END: RefCell<Option<LastWords>> = const { RefCell::new(None) };
}

/// What is called in the destructor of a thread-local.
///
/// It is created before the thread has used anything of ours, or after: the platform chooses the order of destructors,
/// so both must work.
fn in_destructors(before: fn(), at_end: fn()) {
    for is_ours_used_first in [true, false] {
        let (send, outcome) = mpsc::channel();
        let thread = thread::spawn(move || {
            let call = move || send.send(catch_unwind(at_end)).unwrap_or_default();
            let arm = || AT_END.set(Some(OnDrop(Box::new(call))));
            if is_ours_used_first {
                before();
                arm();
            } else {
                arm();
                before();
            }
        });
        assert!(thread.join().is_ok());
        match outcome.recv() {
            Ok(outcome) => outcome.unwrap_or_else(|payload| resume_unwind(payload)),
            Err(_) => panic!("the destructor did not run to its end"),
        }
    }
}

/// Leaves a thread with all it can have of ours.
fn use_everything() {
    USER.enter_with("root".to_owned());
    TENANT.enter_with(1);
    TENANT.with(|_| USER.with(|_| TENANT.enter_with(2)));
    drop(AsyncResource::new("used"));
    complete(USER.scope("scoped".to_owned(), pause()).in_async_resource("used"));
}

fn user() -> Option<String> {
    USER.with(|user| user.cloned())
}

#[test]
fn every_query_answers_in_a_thread_local_destructor() {
    for before in [use_everything, || ()] {
        in_destructors(before, || {
            assert_eq!(execution_async_id(), AsyncId::ROOT);
            assert_eq!(trigger_async_id(), None);
            assert_eq!(execution_async_resource().kind(), "root");
            assert_eq!(DEFAULTED.with(|value| value.copied()), Some(7));
            assert_eq!(DEFAULTED.get().as_deref(), Some(&7));
            // The root of a thread may be gone by now or not; either way it answers.
            assert!([None, Some("root".to_owned())].contains(&user()));
            assert_eq!(USER.get().as_deref().cloned(), user());
            drop(Snapshot::current());
        });
    }
}

#[test]
fn run_and_scopes_still_run_their_closure_in_a_thread_local_destructor() {
    for before in [use_everything, || ()] {
        in_destructors(before, || {
            assert_eq!(USER.run("run".to_owned(), || 1), 1);
            assert_eq!(USER.exit(|| 2), 2);
            assert_eq!(Snapshot::current().run(|| 3), 3);
            assert_eq!(Snapshot::current().bind(|value: u32| value)(4), 4);
            let resource = AsyncResource::new("late");
            assert_eq!(resource.run_in_async_scope(execution_async_id), resource.async_id());
            assert_eq!(execution_async_id(), AsyncId::ROOT);
            assert_eq!(bind(|value: u32| value)(5), 5);
            assert_eq!(resource.bind_once(|value: u32| value)(6), 6);
        });
    }
}

#[test]
fn futures_still_run_in_a_thread_local_destructor() {
    for before in [use_everything, || ()] {
        in_destructors(before, || {
            let future = async {
                pause().await;
                execution_async_id()
            };
            let tracked = future.in_async_resource("late");
            let id = tracked.resource().async_id();
            assert_eq!(complete(tracked), id);
            let answer = || async {
                pause().await;
                8
            };
            assert_eq!(complete(USER.scope("late".to_owned(), answer())), 8);
            assert_eq!(complete(USER.exit_scope(answer())), 8);
            assert_eq!(complete(answer().in_current_snapshot()), 8);
            drop(USER.scope("late".to_owned(), answer()).in_async_resource("never polled"));
        });
    }
}

#[test]
fn setting_a_local_in_a_thread_local_destructor_does_no_harm() {
    for before in [use_everything, || ()] {
        in_destructors(before, || {
            USER.enter_with("late".to_owned());
            let guard = TENANT.enter(9);
            let inner = TENANT.enter(10);
            TENANT.with(|_| USER.enter_with("later".to_owned()));
            drop(guard);
            drop(inner);
            USER.run("run".to_owned(), || USER.enter_with("latest".to_owned()));
            drop(user());
        });
    }
}

#[test]
fn hooks_and_store_maps_work_in_a_thread_local_destructor() {
    let recorder = Recorder::start();
    in_destructors(use_everything, || {
        let hook = create_hook().init(|_| {}).build();
        let enabled = hook.enable_scoped();
        let stores = StoreMap::new();
        stores.enable();
        let resource = AsyncResource::new("rule 13 late");
        resource.run_in_async_scope(|| {
            stores.set(1);
            assert_eq!(stores.get(), Some(1));
        });
        drop(resource);
        assert!(stores.is_empty());
        drop(enabled);
    });
    let once = ["init rule 13 late", "before rule 13 late", "after rule 13 late", "destroy rule 13 late"];
    assert_eq!(recorder.of_kinds(&["rule 13 late"]), [once, once].concat());
}

#[test]
fn a_future_polled_in_a_thread_local_destructor_goes_on_elsewhere_with_its_values() {
    type Travelling = Pin<Box<dyn Future<Output = Option<u32>> + Send>>;
    static FUTURE: Mutex<Option<Travelling>> = Mutex::new(None);
    for before in [use_everything, || ()] {
        *FUTURE.lock().unwrap() = Some(Box::pin(TENANT.scope(5, async {
            pause().await;
            pause().await;
            pause().await;
            pause().await;
            TENANT.with(|tenant| tenant.copied())
        })));
        let poll_it = || match FUTURE.lock() {
            Ok(mut future) => future.as_mut().map_or(Poll::Pending, |future| poll(future.as_mut())),
            Err(_) => Poll::Pending,
        };
        assert!(poll_it().is_pending());
        in_destructors(before, || {
            let mut future = FUTURE.lock().unwrap();
            assert!(poll(future.as_mut().unwrap().as_mut()).is_pending());
        });
        assert!(alone(poll_it).is_pending());
        assert_eq!(TENANT.run(6, poll_it), Poll::Ready(Some(5)));
    }
}

#[test]
fn a_value_dropped_with_its_thread_may_use_everything() {
    static HELD: AsyncLocal<OnDrop<fn()>> = AsyncLocal::new();
    let (send, at_end) = mpsc::channel();
    static SENDER: Mutex<Option<mpsc::Sender<AsyncId>>> = Mutex::new(None);
    *SENDER.lock().unwrap() = Some(send);
    fn last_words() {
        drop((user(), HELD.get(), DEFAULTED.get()));
        USER.run("run".to_owned(), || HELD.exit(|| USER.enter_with("too late".to_owned())));
        let id = AsyncResource::new("last").run_in_async_scope(execution_async_id);
        if let Some(sender) = SENDER.lock().ok().and_then(|mut sender| sender.take()) {
            let _ = sender.send(id);
        }
    }
    alone(|| HELD.enter_with(OnDrop(last_words as fn())));
    assert!(at_end.recv().unwrap() > AsyncId::ROOT);
}

#[test]
fn everything_works_while_unwinding() {
    alone(|| {
        let recorder = Recorder::start();
        let resource = AsyncResource::new("host");
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            resource.run_in_async_scope(|| {
                USER.enter_with("host".to_owned());
                let _at_unwinding = OnDrop(|| {
                    assert!(thread::panicking());
                    assert_eq!(execution_async_id(), resource.async_id());
                    assert_eq!(user().as_deref(), Some("host"));
                    assert_eq!(USER.run("run".to_owned(), user).as_deref(), Some("run"));
                    assert_eq!(USER.exit(user), None);
                    assert_eq!(complete(USER.scope("scope".to_owned(), async { user() })).as_deref(), Some("scope"));
                    USER.enter_with("entered".to_owned());
                    drop(TENANT.enter(1));
                    USER.with(|_| USER.enter_with("entered in a reader".to_owned()));
                    assert_eq!(user().as_deref(), Some("entered in a reader"));
                    let child = AsyncResource::new("child");
                    assert_eq!(child.run_in_async_scope(trigger_async_id), Some(resource.async_id()));
                    drop(create_hook().init(|_| {}).build().enable_scoped());
                });
                panic_any("host");
            })
        }));
        assert_eq!(outcome.unwrap_err().downcast_ref(), Some(&"host"));
        assert_eq!((user(), execution_async_id()), (None, AsyncId::ROOT));
        assert_eq!(recorder.of(resource.async_id()), ["init", "before", "after"]);
    });
}

#[test]
fn everything_works_in_a_panic_hook() {
    let child = in_child("everything_works_in_a_panic_hook", || {
        panic::set_hook(Box::new(|_| {
            say(format!("{} {:?}", execution_async_resource().kind(), user()));
            USER.run("run".to_owned(), || say(format!("{:?}", user())));
            USER.enter_with("entered in the panic hook".to_owned());
            let resource = AsyncResource::new("reported");
            say(resource.run_in_async_scope(|| execution_async_id() == resource.async_id()));
            drop(resource);
            complete(async { pause().await }.in_async_resource("reported"));
            drop(create_hook().build().enable_scoped());
        }));
        let recorder = Recorder::start();
        let host = USER.run("host".to_owned(), || AsyncResource::new("host"));
        let panicking = || host.run_in_async_scope(|| USER.with(|_| panic_any("host")));
        assert!(catch_unwind(AssertUnwindSafe(panicking)).is_err());
        assert_eq!((execution_async_id(), user()), (AsyncId::ROOT, None));
        assert_eq!(recorder.of(host.async_id()), ["init", "before", "after"]);
        assert_eq!(recorder.of_kinds(&["reported"]).iter().filter(|line| *line == "destroy reported").count(), 2);
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!(child.said(), ["host Some(\"host\")", "Some(\"run\")", "true"]);
}

#[test]
fn a_main_thread_that_ends_with_everything_in_use_ends_well() {
    let child = in_child("a_main_thread_that_ends_with_everything_in_use_ends_well", || {
        AT_END.set(Some(OnDrop(Box::new(|| {
            use_everything();
            say(execution_async_id());
        }))));
        use_everything();
        std::mem::forget(Recorder::start());
    });
    assert!(child.succeeded, "{child:?}");
    assert!(child.stderr.is_empty(), "{child:?}");
}
