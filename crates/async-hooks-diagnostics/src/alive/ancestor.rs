//! The leak test, or the `within` of a tool, that a resource descends from.
//!
//! It is a marker, inherited like any value of an `AsyncLocal`.
//!
//! `init` runs in the creator's scope, so the marker that it reads is that of the creator, on any thread and in any library.
//! Tests that run in parallel never see each other's resources.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use async_hooks_core::runtime::stays_with_resource;
use async_hooks_core::{AsyncLocal, AsyncLocalFuture, AsyncLocalGuard};

use crate::tool::reach::Reach;

/// The marker of a test or a tool, which descendants inherit.
#[derive(Debug)]
pub(crate) struct Ancestor {
    /// The one around this: what descends from the inner one descends from both.
    ///
    /// A future is made before what surrounds it is entered, so its marker gets this at the first poll.
    parent: OnceLock<Option<Arc<Ancestor>>>,
    /// The number of the tool; 0 of a leak test.
    tool: u64,
    alive: AtomicUsize,
}

static ANCESTOR: AsyncLocal<Ancestor> = stays_with_resource(AsyncLocal::new().named("descendants"));

/// The number of ancestors. While it is 0, no marker has to be read.
static ANCESTORS: AtomicUsize = AtomicUsize::new(0);

/// The ancestor of what is created here.
#[inline]
pub(crate) fn ancestor() -> Option<Arc<Ancestor>> {
    if ANCESTORS.load(Ordering::Relaxed) == 0 { None } else { ANCESTOR.get() }
}

/// Whether a tool of this reach sees what is created here.
pub(crate) fn is_seen_here(reach: &Reach) -> bool {
    reach.sees_all() || ancestor().is_some_and(|own| own.is_within_reach(reach))
}

impl Ancestor {
    /// Of a leak test.
    pub(crate) fn new() -> Arc<Ancestor> {
        let ancestor = Ancestor::numbered(0);
        ancestor.nest();
        ancestor
    }

    /// Of what the tool with this reach sees; [`nest`](Self::nest) it before it is entered.
    pub(crate) fn of_tool(reach: Option<&Reach>) -> Arc<Ancestor> {
        Ancestor::numbered(reach.map_or(0, Reach::number))
    }

    fn numbered(tool: u64) -> Arc<Ancestor> {
        ANCESTORS.fetch_add(1, Ordering::SeqCst);
        Arc::new(Ancestor { parent: OnceLock::new(), tool, alive: AtomicUsize::new(0) })
    }

    /// Notes what surrounds it, the first time.
    #[inline]
    pub(crate) fn nest(&self) {
        self.parent.get_or_init(|| ANCESTOR.get());
    }

    /// Whether descendants are in the reach of this tool.
    pub(crate) fn is_within_reach(&self, reach: &Reach) -> bool {
        self.line().any(|ancestor| ancestor.tool == reach.number())
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
        std::iter::successors(Some(self), |ancestor| ancestor.parent.get()?.as_deref())
    }
}

impl Drop for Ancestor {
    fn drop(&mut self) {
        ANCESTORS.fetch_sub(1, Ordering::SeqCst);
    }
}
