//! Without hooks no event allocates.
//!
//! Allocations are counted for the whole process, and other tests enable hooks, so this test is alone.

use std::future::{pending, ready};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};

use allocation_counter::measure;
use async_hooks::{AsyncHook, AsyncResource, FutureExt as _, Hook, Resource};

/// Allocates for every event it receives.
#[derive(Default)]
struct Allocating {
    told: AtomicUsize,
}

impl Allocating {
    fn tell(&self, resource: &Resource) {
        let text = format!("{resource:?}");
        self.told.fetch_add(usize::from(!text.is_empty()), Ordering::Relaxed);
    }
}

impl Hook for Allocating {
    fn init(&self, resource: &Resource) {
        self.tell(resource);
    }

    fn before(&self, resource: &Resource) {
        self.tell(resource);
    }

    fn after(&self, resource: &Resource) {
        self.tell(resource);
    }

    fn resolve(&self, resource: &Resource) {
        self.tell(resource);
    }

    fn destroy(&self, resource: &Resource) {
        self.tell(resource);
    }
}

/// All five events: 200 scopes, 200 polls, and the lives of 200 resources and 200 futures.
fn all_events() {
    let resource = AsyncResource::new("scope");
    let mut future = pin!(pending::<()>().in_async_resource("poll"));
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..200 {
        resource.run_in_async_scope(|| ());
        assert!(future.as_mut().poll(&mut context).is_pending());
        drop(AsyncResource::new("life"));
        let mut done = pin!(ready(()).in_async_resource("ready"));
        assert!(done.as_mut().poll(&mut context).is_ready());
    }
}

// N034
#[test]
fn with_all_hooks_disabled_no_event_allocates() {
    let hook = Arc::new(Allocating::default());
    let handle = AsyncHook::new(Arc::clone(&hook));
    // The first events of a thread may set up what lasts.
    all_events();
    assert_eq!(measure(all_events).count_total, 0, "with no hook ever enabled");

    handle.enable();
    let enabled = measure(all_events);
    handle.disable();
    let told = hook.told.load(Ordering::Relaxed);
    // Per round: 2 events of a scope, 2 of a poll, 2 of a resource's life, 5 of a future's. Around them: 2 lives.
    assert_eq!(told, 200 * 11 + 4);
    assert!(enabled.count_total >= told as u64, "the counter sees what the hook allocates");

    assert_eq!(measure(all_events).count_total, 0, "with all hooks disabled");
    assert_eq!(hook.told.load(Ordering::Relaxed), told, "a disabled hook was told");
}
