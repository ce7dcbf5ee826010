//! What becomes of events when a hook panics, a task panics, or a runtime goes away.

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::thread;

use async_hooks::tokio::{HandleExt as _, spawn};
use async_hooks::{
    AsyncHook, AsyncId, AsyncResource, FutureExt as _, create_hook, execution_async_id, trigger_async_id,
};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use crate::child::{in_child, passes_in_child};
use crate::recorder::Recorder;
use crate::runtimes::{on_each_runtime, one_thread, two_workers};
use crate::told::Told;

const EVENTS: [&str; 5] = ["init", "before", "after", "resolve", "destroy"];

/// A hook for all events that panics in this one.
fn panicking_in(event: &'static str) -> AsyncHook {
    let fail = move |now: &str| assert!(now != event, "on purpose in {event}");
    let hook = create_hook().init(move |_| fail("init")).before(move |_| fail("before")).after(move |_| fail("after"));
    hook.resolve(move |_| fail("resolve")).destroy(move |_| fail("destroy")).build()
}

// N130: Node ends the process.
#[test]
fn a_hook_that_panics_is_disabled_and_nothing_else_changes() {
    let ended = in_child("panics::a_hook_that_panics_is_disabled_and_nothing_else_changes", || {
        on_each_runtime(|| async {
            for event in EVENTS {
                let (panicking, told) = (panicking_in(event), Told::default());
                let _enabled = (panicking.enable_scoped(), told.hook().enable_scoped());
                let (id, result) = spawn(async { (execution_async_id(), 1729) }).await.unwrap();
                assert_eq!(result, 1729);
                assert!(!panicking.is_enabled());
                assert_eq!(told.events(id), ["init", "before", "resolve", "after", "destroy"]);
            }
        });
    });
    let Some(ended) = ended else { return };
    assert!(ended.succeeded, "{}{}", ended.stdout, ended.stderr);
    let reports = ended.reports();
    assert_eq!(reports.len(), 2 * EVENTS.len(), "one for each hook on each runtime: {reports:?}");
    for event in EVENTS {
        let is_of_event = |report: &&&str| report.contains(&format!("on purpose in {event}"));
        assert_eq!(reports.iter().filter(is_of_event).count(), 2, "{reports:?}");
    }
}

// N132
#[test]
fn a_task_that_panics_is_left_as_itself() {
    on_each_runtime(|| async {
        let recorder = Recorder::start();
        let afters = Arc::new(Mutex::new(Vec::new()));
        let observed = Arc::clone(&afters);
        let observer = create_hook().after(move |resource| {
            observed.lock().unwrap().push((resource.async_id(), execution_async_id(), thread::panicking()));
        });
        let _enabled = observer.build().enable_scoped();
        let panicked = spawn(async { panic!("on purpose") }).await.unwrap_err();
        assert_eq!(panicked.into_panic().downcast_ref(), Some(&"on purpose"));

        let id = recorder.the("tokio::task").async_id();
        let afters = afters.lock().unwrap();
        let ours = Vec::from_iter(afters.iter().filter(|(after, ..)| *after == id));
        assert_eq!(ours, [&(id, id, true)], "while unwinding, the task executes");
        // It has not resolved.
        assert_eq!(recorder.counts(id), [1, 1, 1, 0, 1]);
    });
}

// N133
#[test]
fn a_panic_leaves_nested_scopes_from_the_inside_out() {
    on_each_runtime(|| async {
        let recorder = Recorder::start();
        let task = spawn(async {
            let (outer, inner) = (AsyncResource::new("outer"), AsyncResource::new("inner"));
            outer.run_in_async_scope(|| inner.run_in_async_scope(|| panic!("on purpose")));
        });
        assert!(task.await.unwrap_err().is_panic());
        let order = |event| Vec::from_iter(recorder.all(event).iter().map(|record| record.resource.kind()));
        assert_eq!(order("before"), ["tokio::task", "outer", "inner"]);
        assert_eq!(order("after"), ["inner", "outer", "tokio::task"]);
    });
}

/// Asks and creates in a thread-local destructor, where a panic would abort the process.
struct AtThreadEnd;

impl Drop for AtThreadEnd {
    fn drop(&mut self) {
        assert_eq!((execution_async_id(), trigger_async_id()), (AsyncId::ROOT, None));
        let resource = AsyncResource::new("at thread end");
        resource.run_in_async_scope(|| assert_eq!(execution_async_id(), resource.async_id()));
    }
}

thread_local! {
    static AT_THREAD_END: AtThreadEnd = const { AtThreadEnd };
}

/// Shuts the runtime down with a hundred pending tasks, each awaiting a tracked future.
fn shut_down_with_pending_tasks(runtime: Runtime) {
    const TASKS: usize = 100;
    let recorder = Recorder::start();
    let (poll, mut polled) = mpsc::unbounded_channel();
    for _ in 0..TASKS {
        let poll = poll.clone();
        let forever = async move {
            AT_THREAD_END.with(|_| poll.send(())).unwrap();
            pending::<()>().await;
        };
        drop(runtime.spawn_tracked(async { forever.in_async_resource("forever").await }));
    }
    runtime.block_on(async {
        for _ in 0..TASKS {
            polled.recv().await.unwrap();
        }
    });
    drop(runtime);
    for kind in ["tokio::task", "forever"] {
        let resources = recorder.created(kind);
        assert_eq!(resources.len(), TASKS);
        for resource in resources {
            assert_eq!(recorder.counts(resource.async_id()), [1, 1, 1, 0, 1], "{resource:?}");
        }
    }
}

// N137
#[test]
fn a_runtime_shut_down_destroys_its_pending_tasks_once() {
    passes_in_child("panics::a_runtime_shut_down_destroys_its_pending_tasks_once", || {
        for runtime in [one_thread(), two_workers()] {
            // On a thread of its own, whose locals end with it.
            thread::spawn(move || shut_down_with_pending_tasks(runtime)).join().unwrap();
        }
    });
}
