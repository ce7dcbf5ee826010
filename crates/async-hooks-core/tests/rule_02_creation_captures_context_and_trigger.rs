//! Rule: a resource captures the creator's context and trigger at creation.
//!
//! That is at the `bind`, `AsyncResource::new`, `in_async_resource` call, not at the first poll. The default trigger is
//! the creator. The context follows creation; only `StoreMap` follows the trigger.

mod polling;
mod recorder;

use std::panic::Location;

use async_hooks_core::{
    AsyncId, AsyncLocal, AsyncResource, FutureExt as _, StoreMap, bind, execution_async_id, execution_async_resource,
    trigger_async_id,
};

use polling::{alone, complete};
use recorder::Recorder;

static USER: AsyncLocal<&str> = AsyncLocal::new();

fn user() -> Option<&'static str> {
    USER.with(|user| user.copied())
}

#[test]
fn trigger_is_by_default_what_executes_at_creation() {
    let outer = AsyncResource::new("outer");
    let inner = outer.run_in_async_scope(|| AsyncResource::new("inner"));
    assert_eq!(outer.trigger_async_id(), Some(AsyncId::ROOT));
    assert_eq!(inner.trigger_async_id(), Some(outer.async_id()));
    assert_eq!(inner.run_in_async_scope(trigger_async_id), Some(outer.async_id()));
}

#[test]
fn trigger_is_captured_at_creation_and_not_where_it_runs() {
    let creator = AsyncResource::new("creator");
    let elsewhere = AsyncResource::new("elsewhere");
    let (future, bound, bound_once) = creator.run_in_async_scope(|| {
        let future = async { trigger_async_id() }.in_async_resource("future");
        (future, bind(|()| trigger_async_id()), AsyncResource::new("job").bind_once(|()| trigger_async_id()))
    });
    elsewhere.run_in_async_scope(|| {
        assert_eq!(complete(future), Some(creator.async_id()));
        assert_eq!(bound(()), Some(creator.async_id()));
        assert_eq!(bound_once(()), Some(creator.async_id()));
    });
}

#[test]
fn context_is_captured_at_creation_and_not_at_first_poll() {
    let (future, bound, bound_once, scoped, resource) = USER.run("creator", || {
        let future = async { user() }.in_async_resource("future");
        let bound_once = AsyncResource::new("job").bind_once(|()| user());
        let scoped = AsyncResource::new("job").scope(async { user() });
        (future, bind(|()| user()), bound_once, scoped, AsyncResource::builder("job").build())
    });
    USER.run("poller", || {
        assert_eq!(complete(future), Some("creator"));
        assert_eq!(bound(()), Some("creator"));
        assert_eq!(bound_once(()), Some("creator"));
        assert_eq!(complete(scoped), Some("creator"));
        assert_eq!(resource.run_in_async_scope(user), Some("creator"));
        assert_eq!(user(), Some("poller"));
    });
}

#[test]
fn what_was_unset_at_creation_is_unset_inside() {
    let bound = bind(|()| user());
    assert_eq!(USER.run("caller", || bound(())), None);
}

#[test]
fn the_resource_and_not_the_scope_call_is_the_creation() {
    let early = USER.run("early", || AsyncResource::new("job"));
    let future = USER.run("late", || early.scope(async { user() }));
    assert_eq!(complete(future), Some("early"));

    let early = USER.run("early", || AsyncResource::new("job"));
    let bound = USER.run("late", || early.bind(|()| user()));
    assert_eq!(bound(()), Some("early"));
}

#[test]
fn a_builder_captures_when_it_builds() {
    let outer = AsyncResource::new("outer");
    let builder = USER.run("builder", || AsyncResource::builder("job"));
    let built = outer.run_in_async_scope(|| USER.run("build", || builder.build()));
    assert_eq!(built.run_in_async_scope(user), Some("build"));
    assert_eq!(built.trigger_async_id(), Some(outer.async_id()));
}

#[test]
fn later_changes_of_the_creator_do_not_reach_the_created() {
    alone(|| {
        USER.enter_with("before");
        let resource = AsyncResource::new("job");
        USER.enter_with("after");
        assert_eq!(resource.run_in_async_scope(user), Some("before"));
        assert_eq!(user(), Some("after"));
    });
}

#[test]
fn what_a_reader_sees_is_what_is_captured() {
    let resource = USER.run("outer", || {
        USER.with(|_| {
            USER.enter_with("entered");
            AsyncResource::new("job")
        })
    });
    assert_eq!(resource.run_in_async_scope(user), Some("entered"));
}

#[test]
fn a_trigger_that_never_existed_is_taken_as_given() {
    for number in [111, u64::MAX, 1 << 63] {
        let trigger = AsyncId::from_u64(number).unwrap();
        let recorder = Recorder::start();
        let resource = AsyncResource::builder("job").trigger_async_id(trigger).build();
        assert_eq!(resource.trigger_async_id(), Some(trigger));
        assert_eq!(recorder.the("init", resource.async_id()).resource.trigger_async_id(), Some(trigger));
        assert_eq!(resource.run_in_async_scope(trigger_async_id), Some(trigger));
    }
}

#[test]
fn context_follows_the_creator_and_not_the_trigger() {
    let connection = USER.run("connection", || AsyncResource::new("connection"));
    let request =
        USER.run("creator", || AsyncResource::builder("request").trigger_async_id(connection.async_id()).build());
    assert_eq!(request.run_in_async_scope(user), Some("creator"));
}

#[test]
fn a_store_map_follows_the_trigger_and_not_the_creator() {
    let stores = StoreMap::new();
    stores.enable();
    let (connection, creator) = (AsyncResource::new("connection"), AsyncResource::new("creator"));
    connection.run_in_async_scope(|| stores.set("connection"));
    let request = creator.run_in_async_scope(|| {
        stores.set("creator");
        AsyncResource::builder("request").trigger_async_id(connection.async_id()).build()
    });
    assert_eq!(stores.get_by_id(request.async_id()), Some("connection"));
    assert_eq!(request.run_in_async_scope(|| stores.get()), Some("connection"));
}

#[test]
fn init_runs_in_the_creators_scope_before_creation_returns() {
    let recorder = Recorder::start();
    let creator = AsyncResource::new("creator");
    creator.run_in_async_scope(|| {
        let created = AsyncResource::new("created");
        let init = recorder.the("init", created.async_id());
        assert_eq!(init.executing_id(), creator.async_id());
        assert_eq!((init.resource, init.resource.kind()), (created.resource(), "created"));
    });
}

#[test]
fn location_is_the_line_of_the_creating_call() {
    let recorder = Recorder::start();
    let ours = |location: async_hooks_core::Location, line| {
        assert_eq!((location.file(), location.line()), (file!(), line));
    };
    ours(AsyncResource::new("job").resource().location(), line!());
    ours(AsyncResource::builder("job").build().resource().location(), line!());
    ours(async {}.in_async_resource("future").resource().location(), line!());
    let (bound, line) = (bind(|()| execution_async_resource()), line!());
    ours(bound(()).location(), line);
    ours(recorder.the("init", bound(()).async_id()).resource.location(), line);
    let here = Location::caller();
    let elsewhere = AsyncResource::builder("job").location(here).build().resource().location();
    assert_eq!(elsewhere, here.into());
}

#[test]
fn a_bound_callback_without_a_resource_of_its_own_is_of_kind_bound_fn() {
    assert_eq!(bind(|()| execution_async_resource().kind())(()), "bound-fn");
}

#[test]
fn siblings_have_the_same_trigger_and_a_chain_has_each_its_parent() {
    let parent = AsyncResource::new("parent");
    let siblings = parent.run_in_async_scope(|| [AsyncResource::new("a"), AsyncResource::new("b")]);
    assert!(siblings.iter().all(|sibling| sibling.trigger_async_id() == Some(parent.async_id())));

    let mut triggers = vec![];
    let mut resource = AsyncResource::new("link");
    for _ in 0..5 {
        let next = resource.run_in_async_scope(|| AsyncResource::new("link"));
        triggers.push((next.trigger_async_id(), Some(resource.async_id())));
        resource = next;
    }
    assert!(triggers.iter().all(|(trigger, parent)| trigger == parent));
}

#[test]
fn a_kind_may_be_empty() {
    let resource = AsyncResource::new("");
    assert_eq!(resource.resource().kind(), "");
    assert_eq!(resource.run_in_async_scope(execution_async_id), resource.async_id());
}
