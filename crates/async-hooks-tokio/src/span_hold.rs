//! Spans that tasks run in, held until the resource ends around which the tasks were spawned.
//!
//! A span that is held is not closed, and so not exported. A span cannot be held weakly: a check whether it is open would race with its
//! closing.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};

use async_hooks_core::{AsyncHook, AsyncId, EnabledHook, Events, Hook, Resource};
use tracing::Span;

/// A span, for all tasks that run in it for the same reason.
pub(crate) struct SpanHold {
    owner: AsyncId,
    /// `None` once it was released.
    ///
    /// Shared, since a subscriber clones a span, and that is foreign code.
    span: Mutex<Option<Arc<Span>>>,
}

impl SpanHold {
    /// Holds the span until its owner ends, or nobody has the hold any more.
    ///
    /// The root does not end.
    pub(crate) fn new(span: Span, owner: AsyncId) -> Arc<Self> {
        let hold = Arc::new(SpanHold { owner, span: Mutex::new(Some(Arc::new(span))) });
        if owner != AsyncId::ROOT {
            holds(owner).entry(owner).or_default().push(Arc::downgrade(&hold));
            HOLDS_OF_OWNERS.fetch_add(1, Ordering::Relaxed);
        }
        hold
    }

    pub(crate) fn span(&self) -> Option<Arc<Span>> {
        self.lock().as_ref().map(Arc::clone)
    }

    fn release(&self) {
        let span = self.lock().take();
        // Dropped without the lock: its subscriber may close it.
        drop(span);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Span>>> {
        self.span.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for SpanHold {
    fn drop(&mut self) {
        if self.owner != AsyncId::ROOT {
            forget(self.owner);
            HOLDS_OF_OWNERS.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

type Holds = HashMap<AsyncId, Vec<Weak<SpanHold>>>;

/// The holds of each owner, by the low bits of its id.
static HOLDS: [LazyLock<Mutex<Holds>>; 64] = [const { LazyLock::new(Mutex::default) }; 64];

/// While there are none, the end of a resource looks nothing up.
static HOLDS_OF_OWNERS: AtomicUsize = AtomicUsize::new(0);

fn holds(owner: AsyncId) -> MutexGuard<'static, Holds> {
    let shard = &HOLDS[owner.as_u64() as usize % HOLDS.len()];
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes what is left of holds that have ended.
fn forget(owner: AsyncId) {
    let mut holds = holds(owner);
    if let Some(of_owner) = holds.get_mut(&owner) {
        of_owner.retain(|hold| hold.strong_count() > 0);
        if of_owner.is_empty() {
            holds.remove(&owner);
        }
    }
}

/// Releases what an owner holds when it ends.
struct OwnersEnd;

impl Hook for OwnersEnd {
    fn destroy(&self, resource: &Resource) {
        if HOLDS_OF_OWNERS.load(Ordering::Relaxed) > 0 {
            release_holds_of(resource.async_id());
        }
    }

    fn events(&self) -> Events {
        Events::DESTROY
    }
}

fn release_holds_of(owner: AsyncId) {
    let ended = holds(owner).remove(&owner);
    ended.into_iter().flatten().filter_map(|hold| hold.upgrade()).for_each(|hold| hold.release());
}

/// Follows the ends of owners while the returned guard lives.
pub(crate) fn follow_owners() -> EnabledHook {
    static HOOK: LazyLock<AsyncHook> = LazyLock::new(|| AsyncHook::new(OwnersEnd));
    HOOK.enable_scoped()
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_hooks_core::AsyncResource;

    #[test]
    fn a_span_is_release_when_its_owner_ends_and_the_hold_leaves_nothing() {
        let _following = follow_owners();
        let (owner, other) = (AsyncResource::new("request"), AsyncResource::new("request"));
        let [first, second] = [(); 2].map(|()| SpanHold::new(Span::none(), owner.async_id()));
        let kept = SpanHold::new(Span::none(), other.async_id());
        let id = owner.async_id();
        drop(owner);
        assert!(first.span().is_none() && second.span().is_none() && kept.span().is_some());
        drop((first, second));
        assert!(!holds(id).contains_key(&id));
        let id = other.async_id();
        drop(kept);
        assert!(!holds(id).contains_key(&id), "its owner lives");
    }

    #[test]
    fn the_root_is_no_owner() {
        let hold = SpanHold::new(Span::none(), AsyncId::ROOT);
        assert!(hold.span().is_some() && !holds(AsyncId::ROOT).contains_key(&AsyncId::ROOT));
    }
}
