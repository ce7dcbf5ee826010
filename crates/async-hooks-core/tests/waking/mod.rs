//! Futures that keep their wakers, wakers that count, and a hook that notes who wakes whom.
#![allow(dead_code, reason = "each test file uses its part")]

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use async_hooks_core::{EnabledHook, Resource, create_hook, execution_async_resource};

/// A task's own waker: counts how often it is called.
#[derive(Default)]
pub(crate) struct Counting(AtomicUsize);

impl Counting {
    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Wake for Counting {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

pub(crate) fn counting() -> (Arc<Counting>, Waker) {
    let counting = Arc::new(Counting::default());
    (Arc::clone(&counting), Waker::from(counting))
}

/// Where a future leaves the waker it was last polled with.
pub(crate) type Kept = Arc<Mutex<Option<Waker>>>;

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn taken(kept: &Kept) -> Waker {
    lock(kept).take().unwrap_or_else(|| panic!("it was not polled"))
}

/// Never ready; leaves its waker behind at each poll.
pub(crate) fn keeping(kept: &Kept) -> impl Future<Output = ()> + Send + use<> {
    let kept = Arc::clone(kept);
    poll_fn(move |cx| {
        let outdated = lock(&kept).replace(cx.waker().clone());
        drop(outdated);
        Poll::Pending
    })
}

pub(crate) fn poll_with<F: Future + ?Sized>(future: Pin<&mut F>, waker: &Waker) {
    assert!(future.poll(&mut Context::from_waker(waker)).is_pending());
}

/// Records which resources woke those of one kind.
pub(crate) struct Wakes {
    pub(crate) by: Arc<Mutex<Vec<Resource>>>,
    _enabled: EnabledHook,
}

impl Wakes {
    pub(crate) fn of(kind: &'static str) -> Self {
        let by = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&by);
        let hook = create_hook().wake(move |resource, by| {
            assert_eq!(*by, execution_async_resource(), "the hook runs in the scope of the waking code");
            if resource.kind() == kind {
                lock(&noted).push(*by);
            }
        });
        Wakes { by, _enabled: hook.build().enable_scoped() }
    }

    pub(crate) fn by(&self) -> Vec<&'static str> {
        lock(&self.by).iter().map(Resource::kind).collect()
    }

    pub(crate) fn count(&self) -> usize {
        lock(&self.by).len()
    }
}
