//! What the types promise: `Send`, `Sync`, construction in a `const`, `Debug`, names.

mod polling;

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt::Debug;
use std::future::{Future, pending};
use std::marker::PhantomPinned;
use std::panic::{RefUnwindSafe, UnwindSafe, resume_unwind};
use std::rc::Rc;

use async_hooks_core::{
    AsyncHook, AsyncId, AsyncLocal, AsyncLocalFuture, AsyncLocalGuard, AsyncResource, AsyncResourceBuilder,
    DetachedFuture, EnabledHook, Events, FutureExt as _, Hook, HookBuilder, Location, Resource, ResourceFuture,
    Snapshot, SnapshotFuture, StoreMap, bind, create_hook,
};

static LOCAL: AsyncLocal<u32> = AsyncLocal::new().named("local");
static DEFAULTED: AsyncLocal<Vec<u32>> = AsyncLocal::with_default(|| vec![1]).named("defaulted");
const ROOT: AsyncId = AsyncId::ROOT;
const ROOT_NUMBER: u64 = ROOT.as_u64();
const NOTHING: Option<AsyncId> = AsyncId::from_u64(0);
const CONTAINS: bool = Events::LIFECYCLE.contains(Events::INIT);

fn is_send<T: Send>(_: &T) {}
fn is_sync<T: Sync>(_: &T) {}
fn send_and_sync<T: Send + Sync>() {}

/// `Some(())` for what is `Send`; the inherent method is found first, and only there.
struct IsSend<T>(std::marker::PhantomData<T>);

trait Fallback {
    fn is_send(&self) -> bool {
        false
    }
}

impl<T> Fallback for IsSend<T> {}

impl<T: Send> IsSend<T> {
    fn is_send(&self) -> bool {
        true
    }
}

macro_rules! is_send {
    ($type:ty) => {
        IsSend::<$type>(std::marker::PhantomData).is_send()
    };
}

#[test]
fn all_types_of_the_contract_are_send_and_sync() {
    send_and_sync::<AsyncId>();
    send_and_sync::<Resource>();
    send_and_sync::<Location>();
    send_and_sync::<Events>();
    send_and_sync::<AsyncHook>();
    send_and_sync::<EnabledHook>();
    send_and_sync::<HookBuilder>();
    send_and_sync::<AsyncResource>();
    send_and_sync::<AsyncResourceBuilder>();
    send_and_sync::<AsyncLocal<Cell0>>();
    send_and_sync::<Snapshot>();
    send_and_sync::<StoreMap<u32>>();
    send_and_sync::<Box<dyn Hook>>();
    send_and_sync::<ResourceFuture<std::future::Ready<u32>>>();
    send_and_sync::<AsyncLocalFuture<std::future::Ready<u32>>>();
    send_and_sync::<SnapshotFuture<std::future::Ready<u32>>>();
    send_and_sync::<DetachedFuture<std::future::Ready<u32>>>();

    struct Cell0;
}

#[test]
fn wrapper_futures_are_send_only_if_what_they_wrap_is() {
    type Local = std::future::Ready<Rc<()>>;
    type Mobile = std::future::Ready<()>;
    assert!(is_send!(ResourceFuture<Mobile>) && !is_send!(ResourceFuture<Local>));
    assert!(is_send!(AsyncLocalFuture<Mobile>) && !is_send!(AsyncLocalFuture<Local>));
    assert!(is_send!(SnapshotFuture<Mobile>) && !is_send!(SnapshotFuture<Local>));
}

#[test]
fn a_guard_stays_on_its_thread() {
    assert!(!is_send!(AsyncLocalGuard<'static, u32>));
    assert!(is_send!(u32), "the trick can tell");
}

#[test]
fn bound_callbacks_are_send_and_sync_if_what_they_bind_is() {
    let bound = bind(|value: u32| value);
    is_send(&bound);
    is_sync(&bound);
    let bound = AsyncResource::new("job").bind(|value: u32| value);
    is_send(&bound);
    is_sync(&bound);
    let bound = Snapshot::current().bind(|value: u32| value);
    is_send(&bound);
    is_sync(&bound);
    is_send(&AsyncResource::new("job").bind_once(|value: u32| value));
}

#[test]
fn what_is_not_send_may_be_wrapped_too() {
    let shared = Rc::new(Cell::new(0));
    let counting = {
        let shared = Rc::clone(&shared);
        async move { shared.set(shared.get() + 1) }
    };
    polling::complete(LOCAL.scope(1, counting.in_async_resource("local")).in_current_snapshot());
    bind(|()| shared.set(shared.get() + 1))(());
    Snapshot::current().bind(|()| shared.set(shared.get() + 1))(());
    AsyncResource::new("job").bind_once(|()| shared.set(shared.get() + 1))(());
    assert_eq!(shared.get(), 4);
}

#[test]
fn a_snapshots_callback_does_not_borrow_the_snapshot() {
    fn bound() -> impl Fn(u32) -> u32 {
        let snapshot = LOCAL.run(1, Snapshot::current);
        snapshot.bind(|value| value + LOCAL.with(|local| local.copied().unwrap_or(100)))
    }
    assert_eq!(bound()(1), 2);
}

#[test]
fn wrapper_futures_are_unpin_if_what_they_wrap_is() {
    fn is_unpin<T: Unpin>(_: &T) {}
    is_unpin(&pending::<()>().in_async_resource("future"));
    is_unpin(&pending::<()>().in_current_snapshot());
    is_unpin(&LOCAL.scope(1, pending::<()>()));
    struct Pinned(PhantomPinned);
    impl Future for Pinned {
        type Output = ();
        fn poll(self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<()> {
            std::task::Poll::Ready(())
        }
    }
    polling::complete(Pinned(PhantomPinned).in_async_resource("pinned").in_current_snapshot());
}

#[test]
fn locals_and_ids_are_made_in_constants() {
    assert_eq!((ROOT_NUMBER, NOTHING, CONTAINS), (1, None, true));
    assert_eq!((LOCAL.name(), DEFAULTED.name(), AsyncLocal::<u32>::default().name()), ("local", "defaulted", ""));
    assert_eq!(DEFAULTED.get().as_deref(), Some(&vec![1]));
}

#[test]
fn debug_is_never_empty_and_says_what_matters() {
    fn shown(value: &dyn Debug) -> String {
        format!("{value:?}")
    }
    let resource = AsyncResource::new("query");
    let id = resource.async_id().to_string();
    let hook = create_hook().init(|_| {}).build();
    let shown = [
        (shown(&resource.async_id()), vec!["AsyncId", id.as_str()]),
        (shown(&resource), vec!["AsyncResource", "query", id.as_str()]),
        (shown(&resource.resource()), vec!["Resource", "query", id.as_str(), file!()]),
        (shown(&resource.resource().location()), vec![file!()]),
        (shown(&AsyncResource::builder("query")), vec!["AsyncResourceBuilder", "query"]),
        (shown(&hook), vec!["AsyncHook", "false"]),
        (shown(&hook.enable_scoped()), vec!["EnabledHook", "true"]),
        (shown(&create_hook().init(|_| {})), vec!["HookBuilder"]),
        (shown(&(Events::INIT | Events::WAKE)), vec!["Events", "init", "wake"]),
        (shown(&LOCAL), vec!["AsyncLocal", "local"]),
        (shown(&LOCAL.enter(1)), vec!["AsyncLocalGuard"]),
        (shown(&LOCAL.scope(1, pending::<()>())), vec!["AsyncLocalFuture"]),
        (shown(&Snapshot::current()), vec!["Snapshot"]),
        (shown(&pending::<()>().in_current_snapshot()), vec!["SnapshotFuture"]),
        (shown(&pending::<()>().in_async_resource("query")), vec!["ResourceFuture", "query"]),
        (shown(&StoreMap::<u32>::new()), vec!["StoreMap"]),
    ];
    for (shown, words) in shown {
        assert!(words.iter().all(|word| shown.contains(word)), "{shown} says nothing of {words:?}");
    }
}

#[test]
fn a_resource_is_a_copy_equal_to_other_copies_of_the_same() {
    let (one, two) = (AsyncResource::new("query"), AsyncResource::new("query"));
    let copy = one.resource();
    assert_eq!(copy, one.resource());
    assert_ne!(copy, two.resource());
    assert_eq!(HashSet::from([copy, one.resource(), two.resource()]).len(), 2);
    drop(one);
    assert_eq!(copy.kind(), "query");
}

#[test]
fn a_location_shows_file_line_and_column() {
    let (location, line) = (AsyncResource::new("query").resource().location(), line!());
    assert_eq!(location.to_string(), format!("{}:{line}:{}", file!(), location.column()));
    let here: Location = std::panic::Location::caller().into();
    assert!(here.line() > location.line() && here != location);
}

#[test]
fn events_are_a_set() {
    let lifecycle = [Events::INIT, Events::BEFORE, Events::AFTER, Events::RESOLVE, Events::DESTROY];
    let union = |events: &[Events]| events.iter().fold(Events::NONE, |set, event| set | *event);
    assert_eq!(union(&lifecycle), Events::LIFECYCLE);
    assert_eq!(Events::LIFECYCLE | Events::WAKE | Events::ATTRIBUTE, Events::ALL);
    assert!((Events::LIFECYCLE & (Events::WAKE | Events::ATTRIBUTE)).is_empty());
    for event in lifecycle.into_iter().chain([Events::WAKE, Events::ATTRIBUTE]) {
        assert!(Events::ALL.contains(event) && !Events::NONE.contains(event) && event.contains(event));
        assert!(event.contains(Events::NONE) && !event.contains(Events::ALL) && !event.is_empty());
    }
}

#[test]
fn sets_of_events_can_be_intersected_extended_and_reduced() {
    let mut events = Events::INIT | Events::WAKE;
    assert_eq!(events & Events::LIFECYCLE, Events::INIT);
    assert_eq!(events - Events::LIFECYCLE, Events::WAKE);
    assert_eq!(events - events, Events::NONE);
    assert_eq!(Events::NONE - events, Events::NONE);
    events |= Events::DESTROY;
    assert_eq!(events, Events::INIT | Events::WAKE | Events::DESTROY);
    assert!(Events::NONE.is_empty() && Events::default().is_empty());
}

#[test]
fn a_value_may_be_given_as_itself_or_as_an_arc() {
    let shared = std::sync::Arc::new(5);
    LOCAL.run(std::sync::Arc::clone(&shared), || {
        assert!(LOCAL.get().is_some_and(|found| std::sync::Arc::ptr_eq(&found, &shared)));
    });
    LOCAL.run(6, || assert_eq!(LOCAL.get().as_deref(), Some(&6)));
}

#[test]
fn a_hook_is_any_type_that_implements_some_of_it() {
    struct Nothing;
    impl Hook for Nothing {}
    assert_eq!(Nothing.events(), Events::LIFECYCLE);
    drop(AsyncHook::new(Nothing).enable_scoped());
}

#[test]
fn handles_and_locals_are_unwind_safe() {
    fn unwind_safe<T: UnwindSafe + RefUnwindSafe>() {}
    struct Changing(#[allow(dead_code, reason = "it makes the type what it is")] Cell<u32>);
    unwind_safe::<AsyncHook>();
    unwind_safe::<EnabledHook>();
    unwind_safe::<AsyncResource>();
    unwind_safe::<Snapshot>();
    unwind_safe::<AsyncLocal<u32>>();
    unwind_safe::<AsyncLocal<Changing>>();
    unwind_safe::<StoreMap<u32>>();
    unwind_safe::<Resource>();
    unwind_safe::<AsyncId>();
}

#[test]
fn handles_are_used_after_a_panic_without_an_assertion() {
    let (resource, snapshot) = (AsyncResource::new("job"), Snapshot::current());
    let caught = std::panic::catch_unwind(|| {
        snapshot.run(|| resource.run_in_async_scope(|| LOCAL.run(1, || -> u32 { resume_unwind(Box::new(())) })))
    });
    assert!(caught.is_err());
    assert_eq!(LOCAL.get(), None);
    assert_eq!(resource.run_in_async_scope(|| LOCAL.run(2, || LOCAL.get())).as_deref(), Some(&2));
}

#[test]
fn an_id_is_read_as_it_is_written_and_nothing_else_is() {
    let id = AsyncResource::new("job").async_id();
    assert_eq!(id.to_string().parse(), Ok(id));
    assert_eq!((u64::from(id), "1".parse()), (id.as_u64(), Ok(AsyncId::ROOT)));
    assert_eq!("18446744073709551615".parse::<AsyncId>().map(u64::from), Ok(u64::MAX));
    for text in ["", "0", "-1", "+1", " 1", "1 ", "1.0", "0x1", "one", "١", "18446744073709551616"] {
        let error = text.parse::<AsyncId>().unwrap_err();
        assert_eq!(error.text(), text);
        assert!(error.to_string().ends_with(&format!("{text:?}")), "{error}");
    }
}

#[test]
fn the_error_of_a_long_text_is_short_and_escaped() {
    let text = "\u{202e}\n".repeat(1_000_000);
    let error = text.parse::<AsyncId>().unwrap_err();
    assert!(error.text().len() <= 64 && text.starts_with(error.text()));
    assert!(!error.to_string().contains(['\n', '\u{202e}']));
}

#[test]
fn a_hook_is_tested_with_resources_that_do_not_exist() {
    struct Children(AsyncId, std::sync::atomic::AtomicUsize);
    impl Hook for Children {
        fn init(&self, resource: &Resource) {
            if resource.trigger_async_id() == Some(self.0) {
                self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
        }
    }
    let (request, line) = (Resource::for_test("request"), line!());
    let query = Resource::for_test("query").with_trigger_async_id(request.async_id());
    assert_ne!(request, query);
    assert_eq!((request.kind(), request.trigger_async_id()), ("request", Some(AsyncId::ROOT)));
    assert_eq!((request.location().file(), request.location().line()), (file!(), line));
    let children = Children(request.async_id(), Default::default());
    [request, query].iter().for_each(|resource| children.init(resource));
    assert_eq!(children.1.into_inner(), 1);
}
