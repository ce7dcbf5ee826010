//! A thread's copy of the enabled hooks, arranged for delivery.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::hooks::events::Events;
use crate::hooks::list::HookEntry;
use crate::hooks::listener::Listener;
use crate::panics::discard;

/// For each event the chain of the hooks that want it, in the order of enabling.
pub(crate) struct CachedHooks {
    /// Indexed by the number of the event.
    first: [Option<Box<HookNode>>; Events::COUNT],
    /// All hooks in the order of enabling, in place of the chains while scopes are open.
    ///
    /// Then a hook may want the event of some resources only.
    while_scoped: Vec<HookEntry>,
}

/// A hook, and the next one that wants the same event.
///
/// A chain and not a slice: while a hook runs, the walk keeps one word, where a slice takes two and a counter.
pub(crate) struct HookNode {
    pub(crate) listener: Arc<Listener>,
    next: Option<Box<HookNode>>,
}

impl HookNode {
    #[inline]
    pub(crate) fn next(&self) -> Option<&HookNode> {
        self.next.as_deref()
    }
}

impl CachedHooks {
    pub(crate) const NONE: CachedHooks =
        CachedHooks { first: [const { None }; Events::COUNT], while_scoped: Vec::new() };

    pub(crate) fn new(entries: Vec<HookEntry>, has_scopes: bool) -> Self {
        let mut cached = CachedHooks::NONE;
        if has_scopes {
            cached.while_scoped = entries;
            return cached;
        }
        for HookEntry { listener, events, .. } in entries.iter().rev() {
            for event in events.numbers() {
                let next = cached.first[event].take();
                cached.first[event] = Some(Box::new(HookNode { listener: Arc::clone(listener), next }));
            }
        }
        cached
    }

    /// All hooks in the order of enabling, while scopes are open.
    #[inline]
    pub(crate) fn while_scoped(&self) -> &[HookEntry] {
        &self.while_scoped
    }

    /// The first hook that wants the event; none while scopes are open.
    #[inline]
    pub(crate) fn first(&self, event: Events) -> Option<&HookNode> {
        self.first[event.bits().trailing_zeros() as usize % Events::COUNT].as_deref()
    }
}

impl Drop for CachedHooks {
    /// Drops node by node: nodes that drop each other need stack for each node.
    fn drop(&mut self) {
        for first in &mut self.first {
            let mut next = first.take();
            while let Some(node) = next {
                next = node.next;
                drop_listener(node.listener);
            }
        }
        self.while_scoped.drain(..).for_each(|entry| drop_listener(entry.listener));
    }
}

/// Drops what may be the last reference to a hook; the hook's own drop may panic.
pub(super) fn drop_listener(listener: Arc<Listener>) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(listener))) {
        discard(payload);
    }
}
