//! Values, contexts, hooks and ancestors live no longer than anything that can reach them.

mod polling;

use std::sync::{Arc, Mutex};

use async_hooks_core::{AsyncLocal, AsyncResource, FutureExt as _, Snapshot, StoreMap, bind, create_hook};

use polling::{alone, complete, pause, poll};

static USER: AsyncLocal<String> = AsyncLocal::new();
static TENANT: AsyncLocal<u32> = AsyncLocal::new();

fn value() -> Arc<String> {
    Arc::new("alice".to_owned())
}

#[test]
fn a_value_is_let_go_when_its_scope_ends() {
    alone(|| {
        let user = value();
        USER.run(Arc::clone(&user), || assert_eq!(Arc::strong_count(&user), 2));
        assert_eq!(Arc::strong_count(&user), 1);
        USER.run(Arc::clone(&user), || USER.run(Arc::clone(&user), || USER.exit(|| TENANT.enter_with(1))));
        assert_eq!(Arc::strong_count(&user), 1);
        drop(USER.enter(Arc::clone(&user)));
        assert_eq!(Arc::strong_count(&user), 1);
        complete(USER.scope(Arc::clone(&user), pause()));
        assert_eq!(Arc::strong_count(&user), 1);
        drop(USER.scope(Arc::clone(&user), pause()));
        assert_eq!(Arc::strong_count(&user), 1);
    });
}

#[test]
fn a_value_read_in_any_nesting_is_let_go() {
    alone(|| {
        let user = value();
        USER.run(Arc::clone(&user), || {
            USER.with(|_| {
                TENANT.enter_with(1);
                USER.with(|_| USER.run("bob".to_owned(), || TENANT.with(|_| TENANT.enter_with(2))));
                USER.with(|_| USER.with(|_| USER.with(|_| USER.with(|_| USER.with(|_| TENANT.enter_with(3))))));
            });
            drop(USER.get());
        });
        assert_eq!(Arc::strong_count(&user), 1);
    });
}

#[test]
fn a_value_is_let_go_when_its_scope_panics() {
    alone(|| {
        let user = value();
        let panicking = || USER.run(Arc::clone(&user), || USER.with(|_| std::panic::panic_any("scope")));
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(panicking)).is_err());
        assert_eq!(Arc::strong_count(&user), 1);
    });
}

#[test]
fn a_captured_context_is_let_go_with_the_resource() {
    alone(|| {
        let user = value();
        let captured = || USER.run(Arc::clone(&user), || (AsyncResource::new("job"), Snapshot::current()));
        let (resource, snapshot) = captured();
        assert!(Arc::strong_count(&user) > 1);
        resource.run_in_async_scope(|| USER.enter_with("bob".to_owned()));
        snapshot.clone().run(|| USER.enter_with("bob".to_owned()));
        drop((resource, snapshot));
        assert_eq!(Arc::strong_count(&user), 1);
        drop(USER.run(Arc::clone(&user), || bind(|()| ())));
        USER.run(Arc::clone(&user), || AsyncResource::new("job").bind_once(|()| ()))(());
        complete(USER.run(Arc::clone(&user), || pause().in_async_resource("future")));
        drop(USER.run(Arc::clone(&user), || pause().in_current_snapshot()));
        assert_eq!(Arc::strong_count(&user), 1);
    });
}

#[test]
fn an_ended_resource_kept_alive_lets_go_with_its_last_owner_only() {
    alone(|| {
        let user = value();
        let resource = USER.run(Arc::clone(&user), || AsyncResource::new("job"));
        resource.emit_destroy();
        assert_eq!(resource.run_in_async_scope(|| USER.get()), Some(Arc::clone(&user)));
        drop(resource);
        assert_eq!(Arc::strong_count(&user), 1);
    });
}

#[test]
fn a_replaced_value_is_let_go_at_once() {
    alone(|| {
        let user = value();
        USER.enter_with(Arc::clone(&user));
        USER.enter_with("bob".to_owned());
        assert_eq!(Arc::strong_count(&user), 1);
    });
}

#[test]
fn what_a_thread_entered_is_let_go_when_it_ends() {
    let user = value();
    alone(|| {
        USER.enter_with(Arc::clone(&user));
        TENANT.with(|_| USER.enter_with(Arc::clone(&user)));
    });
    assert_eq!(Arc::strong_count(&user), 1);
}

#[test]
fn what_a_future_entered_is_let_go_with_it() {
    alone(|| {
        let user = value();
        let entering = || {
            let user = Arc::clone(&user);
            async move {
                USER.enter_with(user);
                pause().await;
            }
        };
        complete(entering().in_async_resource("future"));
        let mut cancelled = Box::pin(entering().in_async_resource("future"));
        assert!(poll(cancelled.as_mut()).is_pending());
        drop(cancelled);
        complete(entering().in_current_snapshot());
        complete(USER.scope("bob".to_owned(), entering()));
        assert_eq!(Arc::strong_count(&user), 1);
    });
}

#[test]
fn a_scoped_future_drops_surroundings_that_have_changed() {
    alone(|| {
        let user = value();
        USER.enter_with(Arc::clone(&user));
        let mut scoped = Box::pin(TENANT.scope(1, async {
            pause().await;
            pause().await;
        }));
        assert!(poll(scoped.as_mut()).is_pending());
        USER.enter_with("bob".to_owned());
        assert!(poll(scoped.as_mut()).is_pending());
        assert_eq!(Arc::strong_count(&user), 1);
    });
}

#[test]
fn many_locals_set_and_put_back_leave_nothing() {
    alone(|| {
        let user = value();
        let locals: Vec<AsyncLocal<String>> = (0..200).map(|_| AsyncLocal::new()).collect();
        for _ in 0..3 {
            nested(&locals, &user);
            assert_eq!(Arc::strong_count(&user), 1);
        }
    });

    fn nested(locals: &[AsyncLocal<String>], user: &Arc<String>) {
        if let Some((local, rest)) = locals.split_first() {
            local.run(Arc::clone(user), || nested(rest, user));
        }
    }
}

#[test]
fn a_long_chain_of_resources_keeps_no_ancestor() {
    const LENGTH: usize = 100_000;
    alone(|| {
        let ancestor = value();
        let mut last = USER.run(Arc::clone(&ancestor), || AsyncResource::new("link"));
        for _ in 0..LENGTH {
            last = last.run_in_async_scope(|| {
                USER.enter_with("descendant".to_owned());
                AsyncResource::new("link")
            });
        }
        assert_eq!(Arc::strong_count(&ancestor), 1);
        assert_eq!(last.run_in_async_scope(|| USER.get()).as_deref().map(String::as_str), Some("descendant"));
    });
}

#[test]
fn a_long_chain_of_living_resources_is_dropped_without_recursion() {
    const LENGTH: usize = 100_000;
    alone(|| {
        let mut chain = vec![AsyncResource::new("link")];
        for _ in 0..LENGTH {
            let next = chain.last().map(|last| {
                last.run_in_async_scope(|| {
                    TENANT.enter_with(u32::try_from(chain.len()).unwrap_or(0));
                    AsyncResource::new("link")
                })
            });
            chain.extend(next);
        }
        chain.reverse();
        drop(chain);
    });
}

#[test]
fn a_long_chain_of_snapshots_in_each_other_is_dropped_without_recursion() {
    alone(|| {
        let mut snapshot = Snapshot::current();
        for value in 0..100_000 {
            snapshot = snapshot.run(|| {
                TENANT.enter_with(value);
                Snapshot::current()
            });
        }
        assert_eq!(snapshot.run(|| TENANT.get()).as_deref(), Some(&99_999));
    });
}

#[test]
fn a_hook_that_is_disabled_and_dropped_frees_what_it_held() {
    let held = value();
    let holding = Arc::clone(&held);
    let hook = create_hook().init(move |_| drop(Arc::clone(&holding))).build();
    let enabled = hook.enable_scoped();
    drop(hook);
    drop(AsyncResource::new("job"));
    drop(enabled);
    // Another thread in the midst of an event may hold the old set a moment longer.
    while Arc::strong_count(&held) > 1 {
        std::thread::yield_now();
    }
}

#[test]
fn a_long_list_of_hooks_is_dropped_without_recursion() {
    const STACK: usize = 128 * 1024;
    let enable_many = || {
        let enable = |_| create_hook().init(|_| ()).build().enable_scoped();
        let enabled: Vec<_> = (0..2_000).map(enable).collect();
        drop(AsyncResource::new("job"));
        drop(enabled);
    };
    let on_a_small_stack = std::thread::Builder::new().stack_size(STACK).spawn(enable_many).unwrap();
    on_a_small_stack.join().unwrap();
}

#[test]
fn a_store_map_empties_when_its_resources_end() {
    let stores = StoreMap::new();
    stores.enable();
    let store = Arc::new(Mutex::new(()));
    let root = AsyncResource::new("request");
    root.run_in_async_scope(|| {
        stores.set(Arc::clone(&store));
        let children: Vec<_> = (0..1000).map(|_| AsyncResource::new("child")).collect();
        assert_eq!(stores.len(), 1001);
        drop(children);
    });
    assert_eq!(stores.len(), 1);
    drop(root);
    assert!(stores.is_empty());
    assert_eq!(Arc::strong_count(&store), 1);
}
