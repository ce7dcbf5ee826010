//! The leak test that a resource descends from.
//!
//! It is a marker, inherited like any value of an `AsyncLocal`.
//!
//! `init` runs in the creator's scope, so the marker that it reads is that of the creator, on any thread and in any library.
//! Tests that run in parallel never see each other's resources.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_hooks_core::runtime::stays_with_resource;
use async_hooks_core::{AsyncLocal, AsyncLocalFuture, AsyncLocalGuard};

/// The marker of a test, which its descendants inherit.
#[derive(Debug)]
pub(crate) struct Ancestor {
    /// The test around this one: what descends from the inner test descends from both.
    parent: Option<Arc<Ancestor>>,
    alive: AtomicUsize,
}

static ANCESTOR: AsyncLocal<Ancestor> = stays_with_resource(AsyncLocal::new().named("leak test"));

/// The number of ancestors. While it is 0, no marker has to be read.
static ANCESTORS: AtomicUsize = AtomicUsize::new(0);

/// The ancestor of what is created here.
#[inline]
pub(crate) fn ancestor() -> Option<Arc<Ancestor>> {
    if ANCESTORS.load(Ordering::Relaxed) == 0 { None } else { ANCESTOR.get() }
}

impl Ancestor {
    pub(crate) fn new() -> Arc<Ancestor> {
        ANCESTORS.fetch_add(1, Ordering::SeqCst);
        Arc::new(Ancestor { parent: ANCESTOR.get(), alive: AtomicUsize::new(0) })
    }

    /// A future whose resources are descendants.
    pub(crate) fn scope<F: Future>(self: &Arc<Self>, future: F) -> AsyncLocalFuture<F> {
        ANCESTOR.scope(Arc::clone(self), future)
    }

    /// Makes descendants of what this thread creates, until the guard is dropped.
    pub(crate) fn enter(self: &Arc<Self>) -> AsyncLocalGuard<'static, Ancestor> {
        ANCESTOR.enter(Arc::clone(self))
    }

    /// A descendant was created.
    pub(crate) fn begin(&self) {
        for ancestor in self.line() {
            ancestor.alive.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A descendant was destroyed.
    pub(crate) fn end(&self) {
        for ancestor in self.line() {
            ancestor.alive.fetch_sub(1, Ordering::Release);
        }
    }

    /// The number of living descendants.
    pub(crate) fn alive(&self) -> usize {
        self.alive.load(Ordering::Acquire)
    }

    /// Whether it is the other one, or descends from it.
    pub(crate) fn is_within(&self, other: &Ancestor) -> bool {
        self.line().any(|ancestor| std::ptr::eq(ancestor, other))
    }

    fn line(&self) -> impl Iterator<Item = &Ancestor> {
        std::iter::successors(Some(self), |ancestor| ancestor.parent.as_deref())
    }
}

impl Drop for Ancestor {
    fn drop(&mut self) {
        ANCESTORS.fetch_sub(1, Ordering::SeqCst);
    }
}
