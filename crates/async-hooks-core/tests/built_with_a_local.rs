//! A resource that is created with a local set is as one that is created within `run`.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

use std::cell::RefCell;
use std::sync::{Mutex, mpsc};
use std::thread;

use async_hooks_core::runtime::{self, EntryKey, build_with};
use async_hooks_core::{
    AsyncHook, AsyncLocal, AsyncLocalGuard, AsyncResource, ForeignContext, Snapshot, create_hook, execution_async_id,
    propagate,
};

static OWN: AsyncLocal<u32> = AsyncLocal::new();
static AROUND: AsyncLocal<u32> = AsyncLocal::new();

fn values() -> [Option<u32>; 2] {
    [&OWN, &AROUND].map(|local| local.get().as_deref().copied())
}

/// Builds two, one around the other, and looks inside and outside of them.
#[track_caller]
fn build_and_look() {
    AROUND.run(1, || {
        let outer = build_with(AsyncResource::builder("built"), &OWN, 2.into());
        assert_eq!(values(), [None, Some(1)]);
        let inner = outer.run_in_async_scope(|| {
            assert_eq!(values(), [Some(2), Some(1)]);
            let inner = build_with(AsyncResource::builder("built"), &OWN, 3.into());
            assert_eq!(values(), [Some(2), Some(1)]);
            inner
        });
        assert_eq!(
            (outer.trigger_async_id(), inner.trigger_async_id()),
            (Some(execution_async_id()), Some(outer.async_id()))
        );
        assert_eq!(inner.run_in_async_scope(values), [Some(3), Some(1)]);
    });
    assert_eq!(values(), [None, None]);
    let alone = build_with(AsyncResource::builder("built"), &OWN, 4.into());
    assert_eq!(alone.run_in_async_scope(values), [Some(4), None]);
}

static SEEN: Mutex<Vec<[Option<u32>; 2]>> = Mutex::new(Vec::new());

const ALL: [[Option<u32>; 2]; 3] = [[Some(2), Some(1)], [Some(3), Some(1)], [Some(4), None]];

fn seen() -> Vec<[Option<u32>; 2]> {
    std::mem::take(&mut SEEN.lock().unwrap())
}

fn init_hook() -> AsyncHook {
    create_hook()
        .init(|resource| {
            if resource.kind() == "built" {
                SEEN.lock().unwrap().push(values())
            }
        })
        .build()
}

struct Captured;

impl ForeignContext for Captured {
    type Value = ();
    type Guard = ();

    fn capture(&self) -> Option<()> {
        SEEN.lock().unwrap().push(values());
        None
    }

    fn attach(&self, (): &()) {}
}

/// One test, because hooks and foreign contexts are the process's.
#[test]
fn the_local_is_set_in_init_and_where_foreign_contexts_are_captured_and_inside() {
    build_and_look();
    assert!(seen().is_empty());

    let hook = init_hook();
    hook.enable();
    build_and_look();
    hook.disable();
    assert_eq!(seen(), ALL);

    hook.run(build_and_look);
    assert_eq!(seen(), ALL);

    let propagation = propagate(Captured);
    propagation.enable();
    build_and_look();
    propagation.disable();
    assert_eq!(seen(), ALL);

    what_init_leaves_behind_is_the_same_as_within_run();
}

/// What a hook may do in `init`, which reaches the code that creates the resource.
const IN_INIT: [fn(); 9] = [
    || {},
    || AROUND.enter_with(5),
    || OWN.enter_with(6),
    || drop(AROUND.enter(7)),
    || OWN.run(8, || AROUND.enter_with(8)),
    || AROUND.run(9, || OWN.enter_with(9)),
    || ENTERED.with(|entered| entered.borrow_mut().push(AROUND.enter(10))),
    leave_what_is_entered,
    || SPANS.with(|spans| spans.borrow_mut().push(Span::enter())),
];

/// Where the resource is created.
const PLACES: [fn(&dyn Fn()); 4] = [
    |create| create(),
    |create| AROUND.run(1, create),
    |create| OWN.run(2, create),
    |create| {
        ENTERED.with(|entered| entered.borrow_mut().push(OWN.enter(3)));
        create();
    },
];

thread_local! {
    /// Guards that outlive the call in which they were entered.
    static ENTERED: RefCell<Vec<AsyncLocalGuard<'static, u32>>> = const { RefCell::new(Vec::new()) };

    static SPANS: RefCell<Vec<Span>> = const { RefCell::new(Vec::new()) };
}

/// A span that brings a value.
struct Span {
    _resource: AsyncResource,
    key: EntryKey,
}

impl Span {
    fn enter() -> Span {
        let resource = AROUND.run(11, || AsyncResource::new("span"));
        let key = EntryKey(runtime::begin_layer(), resource.async_id().as_u64());
        assert!(runtime::enter(&resource, key));
        Span { _resource: resource, key }
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        assert!(runtime::leave(self.key));
    }
}

fn leave_what_is_entered() {
    drop((ENTERED.take(), SPANS.take()));
}

static DO_IN_INIT: Mutex<fn()> = Mutex::new(|| {});

fn what_init_leaves_behind_is_the_same_as_within_run() {
    let hook = create_hook()
        .init(|resource| {
            if resource.kind() == "built" {
                DO_IN_INIT.lock().unwrap()()
            }
        })
        .build();
    hook.enable();
    for (place, around) in PLACES.iter().enumerate() {
        for (step, in_init) in IN_INIT.iter().enumerate() {
            *DO_IN_INIT.lock().unwrap() = *in_init;
            let built = looked_at(*around, || build_with(AsyncResource::builder("built"), &OWN, 4.into()));
            let run = looked_at(*around, || OWN.run(4, || AsyncResource::new("built")));
            assert_eq!(built, run, "in {place}, after {step}");
            let ended = past_the_end_of_a_thread(|| {
                let built = build_with(AsyncResource::builder("built"), &OWN, 4.into());
                let looks = [built.run_in_async_scope(values), values()];
                leave_what_is_entered();
                [looks[0], looks[1], values()]
            });
            assert_eq!(ended, [[Some(4), None], [None, None], [None, None]], "after {step}, past the end");
        }
    }
    hook.disable();
}

/// The values inside the resource, after its creation, and further out.
///
/// On a thread of its own.
fn looked_at(around: fn(&dyn Fn()), create: impl Fn() -> AsyncResource + Sync) -> Vec<[Option<u32>; 2]> {
    let look = || {
        let looks = RefCell::new(Vec::new());
        around(&|| {
            let built = create();
            looks.borrow_mut().extend([built.run_in_async_scope(values), values()]);
            leave_what_is_entered();
            looks.borrow_mut().push(values());
        });
        looks.borrow_mut().push(values());
        looks.take()
    };
    thread::scope(|scope| scope.spawn(look).join().unwrap())
}

#[test]
fn what_a_resource_sets_past_the_end_of_its_thread_is_set_and_ends() {
    let resource = AROUND.run(1, || AsyncResource::new("late"));
    let looks = past_the_end_of_a_thread(move || {
        resource.run_in_async_scope(|| {
            let (set, snapshot) = AROUND.run(2, || (values(), Snapshot::current()));
            [set, snapshot.run(values), values(), OWN.run(3, values), values()]
        })
    });
    let around = |value| [None, Some(value)];
    assert_eq!(looks, [around(2), around(2), around(1), [Some(3), Some(1)], around(1)]);
}

/// Runs `f` in the destructor of a thread-local, when the thread keeps no values any more.
fn past_the_end_of_a_thread<R: Send + 'static>(f: impl FnOnce() -> R + Send + 'static) -> R {
    let (sender, result) = mpsc::channel();
    let at_end = move || drop(sender.send(f()));
    let ending = thread::spawn(move || {
        // Thread-locals are destroyed in the opposite order: those of this test after `AT_END`, the library's before it.
        leave_what_is_entered();
        AT_END.with(|slot| slot.0.replace(Some(Box::new(at_end))));
        AROUND.enter_with(12);
    });
    ending.join().unwrap();
    result.recv().unwrap()
}

thread_local! {
    static AT_END: AtEnd = const { AtEnd(RefCell::new(None)) };
}

/// Calls what it holds when its thread ends.
struct AtEnd(RefCell<Option<Box<dyn FnOnce()>>>);

impl Drop for AtEnd {
    fn drop(&mut self) {
        self.0.take().into_iter().for_each(|at_end| at_end());
    }
}
