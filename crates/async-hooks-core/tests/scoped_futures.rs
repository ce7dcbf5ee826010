//! A future of `AsyncLocal::scope` and its surroundings.
//!
//! What it hands over when it is done, and what a disabled local is in it.

mod polling;

use std::pin::pin;
use std::task::Poll;

use async_hooks_core::{AsyncLocal, AsyncResource, FutureExt as _, Snapshot};

use polling::{alone, complete, pause, poll};

static USER: AsyncLocal<u32> = AsyncLocal::new();
static TENANT: AsyncLocal<u32> = AsyncLocal::new();

fn both() -> (Option<u32>, Option<u32>) {
    let value = |local: &AsyncLocal<u32>| local.with(|value| value.copied());
    (value(&USER), value(&TENANT))
}

/// On a thread of its own and inside a resource: both have a context that stays.
fn everywhere(check: impl Fn() + Sync) {
    alone(&check);
    alone(|| AsyncResource::new("host").run_in_async_scope(&check));
    alone(|| complete(async { check() }.in_async_resource("host")));
    alone(|| Snapshot::empty().run(&check));
}

#[test]
fn a_future_that_is_done_hands_over_what_it_entered_but_not_its_own_local() {
    everywhere(|| {
        USER.enter_with(1);
        complete(USER.scope(2, async {
            TENANT.enter_with(3);
            USER.enter_with(4);
            assert_eq!(both(), (Some(4), Some(3)));
        }));
        assert_eq!(both(), (Some(1), Some(3)));
    });
}

#[test]
fn what_the_surroundings_have_changed_in_the_futures_own_local_stays() {
    everywhere(|| {
        USER.enter_with(1);
        let mut scoped = pin!(USER.scope(2, async {
            TENANT.enter_with(3);
            pause().await;
            assert_eq!(both(), (Some(2), Some(3)));
            TENANT.enter_with(4);
        }));
        assert!(poll(scoped.as_mut()).is_pending());
        assert_eq!(both(), (Some(1), None));
        USER.enter_with(5);
        assert!(poll(scoped).is_ready());
        assert_eq!(both(), (Some(5), Some(4)));
    });
}

#[test]
fn what_the_surroundings_have_unset_in_the_futures_own_local_stays_unset() {
    everywhere(|| {
        let own = AsyncLocal::<u32>::new();
        let guard = own.enter(1);
        let mut scoped = pin!(own.scope(2, async {
            TENANT.enter_with(3);
            pause().await;
            TENANT.enter_with(4);
        }));
        assert!(poll(scoped.as_mut()).is_pending());
        drop(guard);
        assert!(poll(scoped).is_ready());
        assert_eq!((own.get(), TENANT.get().as_deref()), (None, Some(&4)));
    });
}

#[test]
fn a_guard_around_the_future_that_is_dropped_in_its_poll_has_ended_when_the_future_is_done() {
    everywhere(|| {
        let own = AsyncLocal::<u32>::new();
        let guard = own.enter(1);
        complete(own.scope(2, async {
            TENANT.enter_with(3);
            pause().await;
            drop(guard);
            assert_eq!(own.get().as_deref(), Some(&2));
            TENANT.enter_with(4);
        }));
        assert_eq!((own.get(), TENANT.get().as_deref()), (None, Some(&4)));
    });
}

#[test]
fn what_the_surroundings_have_set_in_a_disabled_local_of_the_futures_own_stays() {
    everywhere(|| {
        let own = AsyncLocal::<u32>::new();
        let mut scoped = pin!(own.scope(1, async {
            pause().await;
            assert_ne!(own.get().as_deref(), Some(&1), "disabled since it was set for the future");
            TENANT.enter_with(3);
        }));
        assert!(poll(scoped.as_mut()).is_pending());
        own.disable();
        own.enter_with(2);
        assert!(poll(scoped).is_ready());
        assert_eq!((own.get().as_deref(), TENANT.get().as_deref()), (Some(&2), Some(&3)));
    });
}

#[test]
fn a_future_that_enters_nothing_hands_nothing_over() {
    everywhere(|| {
        TENANT.enter_with(1);
        let mut scoped = pin!(USER.scope(2, pause()));
        assert!(poll(scoped.as_mut()).is_pending());
        TENANT.enter_with(3);
        assert!(poll(scoped).is_ready());
        assert_eq!(both(), (None, Some(3)));
    });
}

#[test]
fn what_a_future_entered_wins_over_what_its_surroundings_changed_since() {
    everywhere(|| {
        let mut scoped = pin!(USER.scope(1, async {
            TENANT.enter_with(2);
            pause().await;
            both().1
        }));
        assert!(poll(scoped.as_mut()).is_pending());
        TENANT.enter_with(3);
        assert_eq!(poll(scoped), Poll::Ready(Some(2)));
        assert_eq!(both(), (None, Some(2)));
    });
}

#[test]
fn nested_futures_hand_over_to_each_other_and_keep_their_own() {
    everywhere(|| {
        let local = [(); 3].map(|()| AsyncLocal::<u32>::new());
        let value = |at: usize| local[at].with(|value| value.copied());
        let innermost = local[2].scope(3, async {
            pause().await;
            TENANT.enter_with(4);
            local.iter().for_each(|local| local.enter_with(9));
        });
        let inner = local[1].scope(2, async {
            innermost.await;
            assert_eq!([0, 1, 2].map(value), [Some(9), Some(9), None]);
        });
        complete(local[0].scope(1, async {
            inner.await;
            assert_eq!([0, 1, 2].map(value), [Some(9), None, None]);
        }));
        assert_eq!(([0, 1, 2].map(value), both().1), ([None; 3], Some(4)));
    });
}

#[test]
fn a_future_dropped_before_its_end_hands_nothing_over() {
    everywhere(|| {
        let mut scoped = Box::pin(USER.scope(1, async {
            TENANT.enter_with(2);
            pause().await;
        }));
        assert!(poll(scoped.as_mut()).is_pending());
        drop(scoped);
        assert_eq!(both(), (None, None));
    });
}

#[test]
fn a_local_disabled_and_set_again_between_two_polls_shows_its_new_value_in_the_future() {
    everywhere(|| {
        let disabled = AsyncLocal::<u32>::new();
        let value = || disabled.with(|value| value.copied());
        let mut scoped = pin!(USER.scope(7, async {
            disabled.enter_with(1);
            assert_eq!(value(), Some(1));
            pause().await;
            value()
        }));
        assert!(poll(scoped.as_mut()).is_pending());
        disabled.disable();
        disabled.enter_with(2);
        assert_eq!(poll(scoped), Poll::Ready(Some(2)));
        assert_eq!(value(), Some(2));
    });
}

#[test]
fn a_local_disabled_and_set_again_stays_so_when_the_future_is_done_at_once() {
    everywhere(|| {
        let disabled = AsyncLocal::<u32>::new();
        let value = || disabled.with(|value| value.copied());
        let mut scoped = pin!(USER.scope(7, async {
            disabled.enter_with(1);
            TENANT.enter_with(1);
            pause().await;
            disabled.disable();
            disabled.enter_with(2);
        }));
        assert!(poll(scoped.as_mut()).is_pending());
        assert_eq!(value(), None);
        assert!(poll(scoped).is_ready());
        assert_eq!((value(), both()), (Some(2), (None, Some(1))));
    });
}

#[test]
fn a_local_disabled_while_two_nested_futures_have_entered_it_shows_its_new_value_in_both() {
    everywhere(|| {
        let disabled = AsyncLocal::<u32>::new();
        let value = || disabled.with(|value| value.copied());
        let inner = TENANT.scope(8, async {
            disabled.enter_with(1);
            pause().await;
            assert_eq!(value(), Some(3));
        });
        let mut scoped = pin!(USER.scope(7, async {
            disabled.enter_with(2);
            inner.await;
            assert_eq!(value(), Some(3));
        }));
        assert!(poll(scoped.as_mut()).is_pending());
        disabled.disable();
        disabled.enter_with(3);
        assert!(poll(scoped).is_ready());
        assert_eq!(value(), Some(3));
    });
}

#[test]
fn a_guard_that_outlives_its_future_ends_where_another_future_drops_it() {
    everywhere(|| {
        let guard = complete(TENANT.scope(0, async { USER.enter(1) }));
        assert_eq!(USER.get().as_deref(), Some(&1));
        let mut other = pin!(TENANT.scope(0, async move {
            assert_eq!(USER.get().as_deref(), Some(&1));
            drop(guard);
            pause().await;
            USER.get()
        }));
        assert!(poll(other.as_mut()).is_pending());
        assert_eq!(USER.get(), None);
        assert_eq!(poll(other), Poll::Ready(None));
        assert_eq!(USER.get(), None);
    });
}
