//! Scopes: parts of a program for which a hook is enabled.
//!
//! The context says which scopes the executing code is in. A resource that is created there is a member of them for life, and
//! hands them on to what it creates, with its context. A scope is open while its call or future runs, and afterwards until
//! nothing holds such a context any more.

use std::fmt;
use std::sync::Arc;

use crate::context::current;
use crate::context::mapping::Mapping;
use crate::context::mapping::node::{Key, STAYS};
use crate::context::setting;
use crate::hooks::cached_hooks::drop_listener;
use crate::hooks::list::LIST;
use crate::hooks::listener::{Claim, Listener, Period};
use crate::hooks::thread_cache;

/// An open scope of one hook; its drop closes it.
pub(crate) struct HookScope {
    pub(super) listener: Arc<Listener>,
    /// A hook that is disabled ends its scopes: enabled again, it is in another period.
    pub(super) period: Period,
}

impl HookScope {
    fn is_of(&self, listener: &Arc<Listener>) -> bool {
        Arc::ptr_eq(&self.listener, listener) && self.period == listener.period()
    }
}

impl Drop for HookScope {
    fn drop(&mut self) {
        let listener = Arc::clone(&self.listener);
        if LIST.release(&listener, self.period, Claim::Scope) {
            thread_cache::forget_outdated();
        }
        drop_listener(listener);
    }
}

/// The scopes that a context is in, innermost first.
///
/// No hook occurs twice, so there are as many as different hooks at most.
pub(crate) struct Scopes {
    innermost: Arc<HookScope>,
    outer: Option<Arc<Scopes>>,
}

impl Scopes {
    pub(crate) fn new(innermost: Arc<HookScope>, outer: Option<Arc<Scopes>>) -> Self {
        Scopes { innermost, outer }
    }

    /// Whether one of them is a scope of this hook.
    pub(crate) fn contain(&self, listener: &Arc<Listener>) -> bool {
        let mut scopes = Some(self);
        while let Some(Scopes { innermost, outer }) = scopes {
            if innermost.is_of(listener) {
                return true;
            }
            scopes = outer.as_deref();
        }
        false
    }

    /// Whether these are the outer scopes.
    pub(crate) fn is_outer(&self, outer: Option<&Arc<Scopes>>) -> bool {
        self.outer.as_ref().map(Arc::as_ptr) == outer.map(Arc::as_ptr)
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scopes").finish_non_exhaustive()
    }
}

/// The key under which a context holds its scopes.
///
/// No `AsyncLocal` has this number. It has a slot for itself, so that a context says in few steps whether it has scopes. A span does
/// not bring the scopes: they stay with the executing resource.
const KEY: Key = STAYS;

/// Runs `f` in these scopes.
pub(crate) fn run_in<R>(scopes: Arc<Scopes>, f: impl FnOnce() -> R) -> R {
    setting::run_with(KEY, Some(scopes), f)
}

/// The scopes that the executing code is in.
#[inline]
pub(crate) fn current() -> Option<Arc<Scopes>> {
    current::read(|mapping| if mapping.is_same(&Mapping::EMPTY) { None } else { of_context(mapping) })
}

/// Whether the context is in a scope.
#[inline]
pub(crate) fn has_any(context: &Mapping) -> bool {
    context.holds_first()
}

fn of_context(mapping: &Mapping) -> Option<Arc<Scopes>> {
    let stored = mapping.get(KEY).cloned().flatten()?;
    stored.downcast().ok()
}
