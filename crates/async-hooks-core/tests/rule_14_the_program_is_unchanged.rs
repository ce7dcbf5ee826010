//! Rule: instrumentation never panics into, locks, or changes the result of its program.
//!
//! A poll allocates nothing, with hooks or without.

mod polling;

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use allocation_counter::measure;
use async_hooks_core::{
    AsyncHook, AsyncLocal, AsyncResource, FutureExt as _, Hook, Resource, Snapshot, bind, create_hook,
    execution_async_id, execution_async_resource, trigger_async_id,
};

use polling::{alone, complete, pause, poll};

static USER: AsyncLocal<u64> = AsyncLocal::new();
static TENANT: AsyncLocal<u64> = AsyncLocal::new();

/// "Without hooks" is a statement about the process, so one test at a time.
fn only_these(hooks: &[&AsyncHook], check: impl FnOnce() + Send) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone: MutexGuard<'_, ()> = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let _enabled: Vec<_> = hooks.iter().map(|hook| hook.enable_scoped()).collect();
    alone(check);
}

#[derive(Clone, Default)]
struct Counting(Arc<AtomicUsize>);

impl Counting {
    fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Hook for Counting {
    fn init(&self, _: &Resource) {
        self.count();
    }

    fn before(&self, _: &Resource) {
        self.count();
    }

    fn after(&self, _: &Resource) {
        self.count();
    }

    fn resolve(&self, _: &Resource) {
        self.count();
    }

    fn destroy(&self, _: &Resource) {
        self.count();
    }
}

/// With no hook, with one that counts, with one that wants nothing and one that counts.
fn with_and_without_hooks(check: impl Fn() + Sync) {
    let (one, two) = (AsyncHook::new(Counting::default()), AsyncHook::new(Counting::default()));
    only_these(&[], &check);
    only_these(&[&one], &check);
    only_these(&[&create_hook().build(), &one, &two], &check);
}

/// How often `work` allocates in its second run.
///
/// The first use of a thread may allocate.
fn allocations(mut work: impl FnMut()) -> u64 {
    work();
    measure(|| (0..100).for_each(|_| work())).count_total
}

fn pending() -> impl Future<Output = ()> {
    poll_fn(|_| Poll::<()>::Pending)
}

/// How often 100 further polls of a future allocate.
fn allocations_of_polls<F: Future>(future: F) -> u64 {
    let mut future = pin!(future);
    allocations(|| assert!(poll(future.as_mut()).is_pending()))
}

#[test]
fn a_poll_of_a_tracked_future_allocates_nothing() {
    with_and_without_hooks(|| {
        assert_eq!(allocations_of_polls(pending().in_async_resource("future")), 0);
        let set = USER.run(1, || pending().in_async_resource("future"));
        assert_eq!(allocations_of_polls(set), 0);
        let nested = async { pending().in_async_resource("inner").await };
        assert_eq!(allocations_of_polls(nested.in_async_resource("outer")), 0);
    });
}

#[test]
fn a_poll_of_a_scoped_future_allocates_nothing() {
    with_and_without_hooks(|| {
        assert_eq!(allocations_of_polls(USER.scope(1, pending())), 0);
        assert_eq!(allocations_of_polls(USER.exit_scope(pending())), 0);
        TENANT.enter_with(2);
        assert_eq!(allocations_of_polls(USER.scope(1, pending())), 0);
        assert_eq!(allocations_of_polls(USER.scope(1, TENANT.scope(2, pending()))), 0);
        let entering = async {
            TENANT.enter_with(3);
            pending().await;
        };
        assert_eq!(allocations_of_polls(USER.scope(1, entering)), 0);
        assert_eq!(allocations_of_polls(USER.scope(1, pending().in_async_resource("future"))), 0);
        assert_eq!(allocations_of_polls(USER.scope(1, pending()).in_async_resource("future")), 0);
        assert_eq!(allocations_of_polls(Snapshot::current().scope(pending())), 0);
    });
}

#[test]
fn reading_allocates_nothing() {
    with_and_without_hooks(|| {
        let read = || {
            assert_eq!(USER.with(|user| user.copied()), Some(1));
            assert_eq!(USER.get().as_deref(), Some(&1));
            assert_eq!(TENANT.with(|tenant| USER.with(|_| tenant.copied())), None);
            let ids = (execution_async_id(), trigger_async_id(), execution_async_resource());
            assert_eq!(ids.0, ids.2.async_id());
        };
        USER.run(1, || assert_eq!(allocations(read), 0));
    });
}

#[test]
fn a_resource_made_and_dropped_allocates_nothing() {
    with_and_without_hooks(|| {
        assert_eq!(allocations(|| drop(AsyncResource::new("job"))), 0);
        USER.enter_with(1);
        assert_eq!(allocations(|| drop(AsyncResource::builder("job").build())), 0);
        assert_eq!(allocations(|| drop(async {}.in_async_resource("future"))), 0);
        assert_eq!(allocations(|| complete(async {}.in_async_resource("future"))), 0);
    });
}

#[test]
fn a_scope_allocates_nothing() {
    with_and_without_hooks(|| {
        USER.enter_with(1);
        let (resource, snapshot) = (AsyncResource::new("job"), Snapshot::current());
        let (bound, snapshot_bound) = (bind(|value: u64| value), snapshot.bind(|value: u64| value));
        let scopes = || {
            assert_eq!(resource.run_in_async_scope(|| resource.run_in_async_scope(|| 3)), 3);
            assert_eq!((bound(4), snapshot.run(|| 5), snapshot_bound(6)), (4, 5, 6));
            drop(snapshot.clone());
        };
        assert_eq!(allocations(scopes), 0);
    });
}

#[test]
fn a_read_in_which_something_is_entered_leaves_later_reads_free() {
    with_and_without_hooks(|| {
        USER.enter_with(1);
        USER.with(|_| USER.with(|_| TENANT.enter_with(2)));
        assert_eq!(allocations(|| assert_eq!(USER.with(|user| user.copied()), Some(1))), 0);
    });
}

#[test]
fn results_are_what_they_were() {
    with_and_without_hooks(|| {
        let resource = AsyncResource::new("job");
        assert_eq!(resource.run_in_async_scope(|| Err::<(), _>("refused")), Err("refused"));
        assert_eq!(complete(async { Some("output") }.in_async_resource("future")), Some("output"));
        assert_eq!(bind(|value: Vec<u8>| value)(vec![1]), [1]);
        assert_eq!(complete(USER.scope(1, async { Box::new(2) })), Box::new(2));
    });
}

#[test]
fn panics_pass_through_with_their_payload() {
    with_and_without_hooks(|| {
        let resource = AsyncResource::new("job");
        let panics: [&dyn Fn(); 8] = [
            &|| resource.run_in_async_scope(|| panic_any(17_u8)),
            &|| complete(async { panic_any(17_u8) }.in_async_resource("future")),
            &|| bind(|()| panic_any(17_u8))(()),
            &|| USER.run(1, || panic_any(17_u8)),
            &|| USER.with(|_| panic_any(17_u8)),
            &|| complete(USER.scope(1, async { panic_any(17_u8) })),
            &|| Snapshot::current().run(|| panic_any(17_u8)),
            &|| complete(async { panic_any(17_u8) }.in_current_snapshot()),
        ];
        for panics in panics {
            let outcome = catch_unwind(AssertUnwindSafe(panics));
            assert_eq!(outcome.unwrap_err().downcast_ref(), Some(&17_u8));
        }
    });
}

#[test]
fn wakers_and_pending_pass_through() {
    with_and_without_hooks(|| {
        let mut future = pin!(USER.scope(1, pause().in_async_resource("future")));
        assert!(poll(future.as_mut()).is_pending());
        assert!(poll(future.as_mut()).is_ready());
        let seen = futures::executor::block_on(async {
            pause().in_async_resource("woken").await;
            USER.scope(1, pause()).await;
            pause().in_current_snapshot().await;
            true
        });
        assert!(seen);
    });
}

#[test]
fn a_wrapped_future_is_hardly_larger_than_what_it_wraps() {
    // What is added is moved with every future: the resource, its context and little else.
    let words = |with: usize| with.div_ceil(size_of::<usize>());
    only_these(&[], || {
        assert!(words(size_of_val(&pending().in_async_resource("future"))) <= 12);
        assert!(words(size_of_val(&pending().in_current_snapshot())) <= 4);
        assert!(words(size_of_val(&USER.scope(1, pending()))) <= 12);
    });
}

#[test]
fn an_event_takes_no_lock() {
    // A hook that is being waited for on one thread keeps no other from its polls.
    let (entered, is_inside) = std::sync::mpsc::channel();
    let (leave, may_leave) = std::sync::mpsc::channel::<()>();
    let (entered, may_leave) = (Mutex::new(entered), Mutex::new(may_leave));
    let slow = create_hook().before(move |resource| {
        if resource.kind() == "slow" {
            entered.lock().unwrap().send(()).unwrap();
            may_leave.lock().unwrap().recv().unwrap();
        }
    });
    only_these(&[&slow.build()], move || {
        std::thread::scope(|scope| {
            scope.spawn(|| AsyncResource::new("slow").run_in_async_scope(|| {}));
            is_inside.recv().unwrap();
            complete(async { pause().await }.in_async_resource("quick"));
            leave.send(()).unwrap();
        });
    });
}

#[test]
fn a_hook_sees_exactly_the_events_of_a_program_and_no_more() {
    let counting = Counting::default();
    let hook = AsyncHook::new(counting.clone());
    only_these(&[&hook], move || {
        complete(async { pause().await }.in_async_resource("future"));
        assert_eq!(counting.0.load(Ordering::Relaxed), 7);
        USER.run(1, || drop(Snapshot::current().bind(|()| ())));
        assert_eq!(counting.0.load(Ordering::Relaxed), 7, "values are no resources");
    });
}

#[test]
fn a_wrapper_drops_what_it_wraps() {
    let held = Arc::new(());
    let holding = Arc::clone(&held);
    let holding = async move {
        let _holding = holding;
        pause().await;
    };
    only_these(&[], || {
        let mut wrapped = Box::pin(USER.scope(1, holding.in_async_resource("future").in_current_snapshot()));
        assert!(poll(wrapped.as_mut()).is_pending());
        assert_eq!(Arc::strong_count(&held), 2);
        drop(wrapped);
        assert_eq!(Arc::strong_count(&held), 1);
    });
}
