//! A resource that is created with a local set is as one that is created within `run`.

#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

use std::sync::Mutex;

use async_hooks_core::runtime::build_with;
use async_hooks_core::{
    AsyncHook, AsyncLocal, AsyncResource, ForeignContext, create_hook, execution_async_id, propagate,
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
}
