//! A process that forks.
//!
//! Its child goes on in the context of the thread that forked, and its tools work when they were enabled again. No harness: its other threads are not in the child.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[cfg(unix)]
mod unix {
    use std::panic;
    use std::process;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use async_hooks::diagnostics::{BlockedPolls, LeakDetector, Registry, leak_test};
    use async_hooks::recorder::FlightRecorder;
    use async_hooks::{AsyncHook, AsyncLocal, AsyncResource, create_hook, execution_async_id, trigger_async_id};
    use fork::Fork;

    static USER: AsyncLocal<&str> = AsyncLocal::new();

    /// Runs `f` in a child of this process, and expects that it ends by itself with success.
    fn in_child(f: impl FnOnce() + panic::UnwindSafe) {
        match fork::fork().expect("a second process") {
            Fork::Child => process::exit(i32::from(panic::catch_unwind(f).is_err())),
            Fork::Parent(child) => {
                let status = fork::waitpid(child).expect("a child of this process");
                assert!(fork::WIFEXITED(status) && fork::WEXITSTATUS(status) == 0, "{status}");
            }
        }
    }

    static INITS: AtomicUsize = AtomicUsize::new(0);
    static DESTROYS: AtomicUsize = AtomicUsize::new(0);

    fn counting() -> AsyncHook {
        let count = |counter: &AtomicUsize| {
            counter.fetch_add(1, Ordering::Relaxed);
        };
        create_hook().init(move |_| count(&INITS)).destroy(move |_| count(&DESTROYS)).build()
    }

    fn counted() -> (usize, usize) {
        (INITS.load(Ordering::Relaxed), DESTROYS.load(Ordering::Relaxed))
    }

    pub(crate) fn the_child_executes_as_the_thread_that_forked_and_its_hooks_listen() {
        let hook = counting();
        hook.enable();
        let request = AsyncResource::new("request");
        let before = counted();
        USER.run("alice", || {
            request.run_in_async_scope(|| {
                in_child(|| {
                    assert_eq!(execution_async_id(), request.async_id());
                    let job = AsyncResource::new("job");
                    assert!(job.async_id() > request.async_id());
                    assert_eq!(job.trigger_async_id(), Some(request.async_id()));
                    USER.run("bob", || drop(job));
                    assert_eq!(counted(), (before.0 + 1, before.1 + 1));
                    hook.disable();
                    drop(AsyncResource::new("unseen"));
                    hook.enable();
                    drop(AsyncResource::new("seen"));
                    assert_eq!(counted(), (before.0 + 2, before.1 + 2));
                });
                assert_eq!(counted(), before, "the child's memory is its own");
            });
        });
        hook.disable();
    }

    pub(crate) fn the_tools_of_the_child_work_when_they_were_enabled_again() {
        let (registry, leaks) = (Registry::new(), LeakDetector::builder().older_than(Duration::ZERO).build());
        let (told, reports) = mpsc::channel();
        let blocked = BlockedPolls::builder().longer_than(Duration::from_millis(5));
        let blocked = blocked.on_blocked(move |poll| told.send(poll.is_running()).unwrap_or_default()).build();
        let recorder = FlightRecorder::builder().build();
        let enable = || {
            registry.enable();
            leaks.enable();
            blocked.enable();
            recorder.enable();
        };
        let disable = || {
            registry.disable();
            leaks.disable();
            blocked.disable();
            recorder.disable();
        };
        enable();
        let _of_parent = AsyncResource::new("of the parent");
        in_child(panic::AssertUnwindSafe(|| {
            disable();
            enable();
            assert_eq!((registry.len(), leaks.report().is_empty()), (0, true), "the child starts anew");
            let job = AsyncResource::new("job");
            assert_eq!((registry.len(), leaks.report().leaks().len()), (1, 1));
            let work = job.scope(async { assert!(reports.recv_timeout(Duration::from_secs(60)).is_ok()) });
            tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work);
            assert_eq!(recorder.recording().slowest("job", 1).len(), 1);
        }));
        assert_eq!(registry.len(), 1, "the parent's registry goes on");
        disable();
    }

    pub(crate) fn the_child_runs_tasks_and_leak_tests_of_its_own() {
        let parent = AsyncResource::new("parent");
        parent.run_in_async_scope(|| {
            in_child(|| {
                let runtime =
                    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
                runtime.block_on(leak_test().run(async {
                    let test = execution_async_id();
                    let task = async_hooks::tokio::spawn(async { trigger_async_id() });
                    assert_eq!(task.await.unwrap(), Some(test));
                }));
                thread::spawn(|| AsyncResource::new("elsewhere")).join().unwrap();
            });
        });
    }
}

fn main() {
    #[cfg(unix)]
    {
        unix::the_child_executes_as_the_thread_that_forked_and_its_hooks_listen();
        unix::the_tools_of_the_child_work_when_they_were_enabled_again();
        unix::the_child_runs_tasks_and_leak_tests_of_its_own();
    }
}
