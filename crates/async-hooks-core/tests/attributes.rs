//! Attributes: which hooks receive them, and what `set_attribute` never does.

mod child;

use std::cell::Cell;
use std::panic::{self, panic_any};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use async_hooks_core::runtime::set_attributes;
use async_hooks_core::{
    AsyncHook, AsyncId, AsyncResource, AttributeValue, EnabledHook, Events, FutureExt as _, Hook, Resource,
    create_hook, execution_async_id, set_attribute,
};

use child::{in_child, say};

/// An attribute as a hook received it, with the id that executed then.
type Received = (AsyncId, &'static str, String, AsyncId);

/// Records every attribute until it is dropped.
///
/// Tests run in parallel: each looks at its own resources only.
struct Attributes {
    received: Arc<Mutex<Vec<Received>>>,
    _enabled: EnabledHook,
}

impl Attributes {
    fn start() -> Self {
        let received = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&received);
        let hook = create_hook().attribute(move |resource, name, value| {
            let attribute = (resource.async_id(), name, format!("{value:?}"), execution_async_id());
            lock(&noted).push(attribute);
        });
        Attributes { received, _enabled: hook.build().enable_scoped() }
    }

    fn of(&self, id: AsyncId) -> Vec<(&'static str, String)> {
        let received = lock(&self.received);
        received.iter().filter(|received| received.0 == id).map(|received| (received.1, received.2.clone())).collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn a_hook_receives_each_kind_of_value() {
    let attributes = Attributes::start();
    let request = AsyncResource::new("request");
    let text = String::from("owned");
    request.run_in_async_scope(|| {
        set_attribute("str", "text");
        set_attribute("string", &text);
        set_attribute("u64", u64::MAX);
        set_attribute("u32", 1_u32);
        set_attribute("u16", 404_u16);
        set_attribute("usize", 2_usize);
        set_attribute("i64", i64::MIN);
        set_attribute("literal", -3);
        set_attribute("f64", 0.5);
        set_attribute("bool", true);
        set_attribute("bytes", &[1_u8, 2][..]);
        set_attribute("array", b"a");
        set_attribute("value", AttributeValue::U64(7));
    });
    let expected = [
        ("str", "Str(\"text\")"),
        ("string", "Str(\"owned\")"),
        ("u64", "U64(18446744073709551615)"),
        ("u32", "U64(1)"),
        ("u16", "U64(404)"),
        ("usize", "U64(2)"),
        ("i64", "I64(-9223372036854775808)"),
        ("literal", "I64(-3)"),
        ("f64", "F64(0.5)"),
        ("bool", "Bool(true)"),
        ("bytes", "Bytes([1, 2])"),
        ("array", "Bytes([97])"),
        ("value", "U64(7)"),
    ];
    let expected = expected.map(|(name, value)| (name, String::from(value)));
    assert_eq!(attributes.of(request.async_id()), expected);
}

#[test]
fn an_attribute_belongs_to_the_innermost_executing_resource() {
    let attributes = Attributes::start();
    let request = AsyncResource::new("request");
    let query = request.run_in_async_scope(|| {
        set_attribute("at", "request");
        let query = AsyncResource::new("query");
        query.run_in_async_scope(|| set_attribute("at", "query"));
        set_attribute("at", "request again");
        query
    });
    assert_eq!(attributes.of(query.async_id()), [("at", "Str(\"query\")".into())]);
    assert_eq!(
        attributes.of(request.async_id()),
        [("at", "Str(\"request\")".into()), ("at", "Str(\"request again\")".into())]
    );
    let received = lock(&attributes.received);
    assert!(received.iter().all(|(id, _, _, executing)| id == executing), "hooks run in the resource's scope");
}

#[test]
fn what_is_set_at_once_reaches_a_hook_as_one_call_or_one_by_one() {
    #[derive(Default)]
    struct Calls(Mutex<Vec<usize>>);
    impl Hook for Calls {
        fn attributes(&self, resource: &Resource, attributes: &[(&'static str, AttributeValue<'_>)]) {
            if resource.kind() == "at once" {
                lock(&self.0).push(attributes.len());
            }
        }
        fn events(&self) -> Events {
            Events::ATTRIBUTE
        }
    }
    let (calls, attributes) = (Arc::new(Calls::default()), Attributes::start());
    let _enabled = AsyncHook::new(Arc::clone(&calls)).enable_scoped();
    let both = [("path", "/orders".into()), ("rows", 3_u32.into())];
    let request = AsyncResource::new("at once");
    request.run_in_async_scope(|| set_attributes(&both));
    set_attributes(&both);
    assert_eq!(*lock(&calls.0), [2]);
    let expected = [("path", "Str(\"/orders\")".into()), ("rows", "U64(3)".into())];
    assert_eq!(attributes.of(request.async_id()), expected);
    assert_eq!(attributes.of(AsyncId::ROOT), []);
}

#[test]
fn a_future_sets_attributes_of_its_resource() {
    let attributes = Attributes::start();
    let future = async { set_attribute("polled", 1_u32) }.in_async_resource("future");
    let id = future.resource().async_id();
    futures::executor::block_on(future);
    assert_eq!(attributes.of(id), [("polled", "U64(1)".into())]);
}

#[test]
fn outside_any_resource_an_attribute_reaches_no_hook() {
    let attributes = Attributes::start();
    set_attribute("root", 1);
    thread::spawn(|| set_attribute("root", 2)).join().unwrap();
    assert_eq!(attributes.of(AsyncId::ROOT), []);
}

#[test]
fn a_text_of_any_length_and_with_any_character_arrives_as_it_was_set() {
    let longest = Arc::new(Mutex::new((0, None)));
    let noted = Arc::clone(&longest);
    let hook = create_hook().attribute(move |resource, name, value| {
        if let (true, AttributeValue::Str(text)) = (resource.kind() == "long", value) {
            *lock(&noted) = (text.len(), Some(name));
        }
    });
    let _enabled = hook.build().enable_scoped();
    let ten_megabytes = "\u{202e}\n\0\x1b[31m".repeat(1_000_000);
    AsyncResource::new("long").run_in_async_scope(|| set_attribute("a\nname\x1b[0m", &ten_megabytes));
    assert_eq!(*lock(&longest), (10_000_000, Some("a\nname\x1b[0m")));
}

#[test]
fn a_hook_that_wants_the_lifecycle_receives_no_attributes() {
    struct Lifecycle(Arc<Mutex<Vec<&'static str>>>);
    impl Hook for Lifecycle {
        fn init(&self, resource: &Resource) {
            if resource.kind() == "plain" {
                lock(&self.0).push("init");
            }
        }
        fn attribute(&self, _: &Resource, _: &'static str, _: &AttributeValue<'_>) {
            lock(&self.0).push("attribute");
        }
    }
    let events = Arc::default();
    assert!(!Lifecycle(Arc::clone(&events)).events().contains(Events::ATTRIBUTE));
    let _attributes = Attributes::start();
    let _enabled = AsyncHook::new(Lifecycle(Arc::clone(&events))).enable_scoped();
    AsyncResource::new("plain").run_in_async_scope(|| set_attribute("name", 1));
    assert_eq!(*lock(&events), ["init"]);
}

#[test]
fn a_shared_hook_receives_attributes_too() {
    #[derive(Default)]
    struct Names(Mutex<Vec<&'static str>>);
    impl Hook for Names {
        fn attribute(&self, resource: &Resource, name: &'static str, _: &AttributeValue<'_>) {
            if resource.kind() == "shared" {
                lock(&self.0).push(name);
            }
        }
        fn events(&self) -> Events {
            Events::ATTRIBUTE
        }
    }
    let names = Arc::new(Names::default());
    let _enabled = AsyncHook::new(Arc::clone(&names)).enable_scoped();
    AsyncResource::new("shared").run_in_async_scope(|| set_attribute("name", 1));
    assert_eq!(*lock(&names.0), ["name"]);
}

#[test]
fn an_attribute_set_in_a_hook_and_of_what_a_hook_creates_reaches_no_hook() {
    let attributes = Attributes::start();
    let made = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&made);
    let hook = create_hook().attribute(move |resource, name, _| {
        if resource.kind() == "outer" {
            set_attribute("from a hook", 1);
            let own = AsyncResource::new("a hook's");
            own.run_in_async_scope(|| set_attribute("from a hook's resource", 1));
            lock(&noted).push((name, own));
        }
    });
    let _enabled = hook.build().enable_scoped();
    let outer = AsyncResource::new("outer");
    outer.run_in_async_scope(|| set_attribute("from the program", 1));
    assert_eq!(attributes.of(outer.async_id()), [("from the program", "I64(1)".into())]);
    let made = lock(&made);
    assert_eq!(made.len(), 1, "the hook ran once");
    made[0].1.run_in_async_scope(|| set_attribute("later", 1));
    assert_eq!(attributes.of(made[0].1.async_id()), []);
}

#[test]
fn a_hook_that_panics_in_attribute_is_disabled_and_reported_once() {
    let child = in_child("a_hook_that_panics_in_attribute_is_disabled_and_reported_once", || {
        panic::set_hook(Box::new(|_| {}));
        let hook = create_hook().attribute(|_, _, _| panic_any("on purpose")).build();
        hook.enable();
        let behind = Attributes::start();
        let request = AsyncResource::new("request");
        request.run_in_async_scope(|| (0..3).for_each(|number| set_attribute("number", number)));
        say(format!("{} {}", hook.is_enabled(), behind.of(request.async_id()).len()));
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!(child.said(), ["false 3"]);
    let reports = child.reports();
    assert_eq!((reports.len(), child.stderr.lines().count()), (1, 1), "{}", child.stderr);
    assert!(reports[0].contains("`attribute`") && reports[0].contains("on purpose"), "{reports:?}");
}

#[test]
fn a_value_is_converted_only_while_a_hook_wants_attributes() {
    struct Counted<'a>(&'a Cell<u32>);
    impl<'a> From<Counted<'a>> for AttributeValue<'a> {
        fn from(counted: Counted<'a>) -> Self {
            counted.0.set(counted.0.get() + 1);
            AttributeValue::Bool(true)
        }
    }
    let child = in_child("a_value_is_converted_only_while_a_hook_wants_attributes", || {
        let conversions = Cell::new(0);
        let _other_events = create_hook().init(|_| {}).wake(|_, _| {}).build().enable_scoped();
        let request = AsyncResource::new("request");
        request.run_in_async_scope(|| {
            set_attribute("unheard", Counted(&conversions));
            let _attributes = Attributes::start();
            set_attribute("received", Counted(&conversions));
        });
        say(conversions.get());
    });
    assert!(child.succeeded, "{child:?}");
    assert_eq!(child.said(), ["1"]);
}
