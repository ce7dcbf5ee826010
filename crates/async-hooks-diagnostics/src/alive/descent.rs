//! Which test a resource descends from: a marker that is inherited as every value of an `AsyncLocal` is.
//!
//! `init` runs in the creator's scope, so reading the marker there tells whose descendant is being made, on whichever
//! thread, by whichever library; and tests that run side by side never see each other's.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_hooks_core::{AsyncLocal, LocalFuture, LocalGuard};

/// What its descendants carry along.
#[derive(Debug)]
pub(crate) struct Ancestor {
    /// A test inside a test: what descends from the inner one descends from both.
    parent: Option<Arc<Ancestor>>,
    alive: AtomicUsize,
}

static ANCESTOR: AsyncLocal<Ancestor> = AsyncLocal::new().named("leak test").stays_with_resource();

/// How many ancestors there are: without any, nobody needs to look for theirs.
static ANCESTORS: AtomicUsize = AtomicUsize::new(0);

/// Whose descendants are created here.
#[inline]
pub(crate) fn ancestor() -> Option<Arc<Ancestor>> {
    if ANCESTORS.load(Ordering::Relaxed) == 0 { None } else { ANCESTOR.get() }
}

impl Ancestor {
    pub(crate) fn new() -> Arc<Ancestor> {
        ANCESTORS.fetch_add(1, Ordering::SeqCst);
        Arc::new(Ancestor { parent: ANCESTOR.get(), alive: AtomicUsize::new(0) })
    }

    /// A future that makes descendants of whatever it creates.
    pub(crate) fn scope<F: Future>(self: &Arc<Self>, future: F) -> LocalFuture<F> {
        ANCESTOR.scope(Arc::clone(self), future)
    }

    /// Makes descendants of whatever this thread creates, until the guard is dropped.
    pub(crate) fn enter(self: &Arc<Self>) -> LocalGuard<'static, Ancestor> {
        ANCESTOR.enter(Arc::clone(self))
    }

    /// A descendant was created.
    pub(crate) fn begin(&self) {
        for ancestor in self.line() {
            ancestor.alive.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A descendant is gone.
    pub(crate) fn end(&self) {
        for ancestor in self.line() {
            ancestor.alive.fetch_sub(1, Ordering::Release);
        }
    }

    /// How many descendants are alive.
    pub(crate) fn alive(&self) -> usize {
        self.alive.load(Ordering::Acquire)
    }

    /// Whether it is this one, or descends from it.
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
