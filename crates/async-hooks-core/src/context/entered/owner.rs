//! Who sets values on this thread, where entries decide it.

use crate::context::current;
use crate::context::entered::account::ENTERED;
use crate::context::entered::list::List;
use crate::context::mapping::setter::Setter;
use crate::identity::execution;
use crate::identity::id::AsyncId;

/// The setter of a value here, and whether a span brought the current context.
#[inline(always)]
pub(in crate::context) fn owner() -> (Setter, bool) {
    let (has_brought, call) = current::with(|current| (current.has_brought.get(), current.identity_of_call()));
    match (has_brought, call) {
        (true, _) => owner_with_brought(call),
        (false, 0) => (owner_of_level(), false),
        (false, call) => (Setter::of_identity(call), false),
    }
}

#[inline(never)]
fn owner_of_level() -> Setter {
    let depth = current::with(|current| current.depth.get());
    let executing = execution::identity_bits();
    let owner = ENTERED.try_with(|entered| entered.borrow().owner_of_level(depth, 0, executing));
    owner.unwrap_or_else(|_| Setter::of_identity(executing))
}

#[inline(never)]
fn owner_with_brought(call: u64) -> (Setter, bool) {
    let depth = current::with(|current| current.depth.get());
    let executing = execution::identity_bits();
    let ask = |list: &List| (list.owner_in(depth, call, executing, list.entries.len()), list.is_brought(depth));
    let owner = ENTERED.try_with(|entered| ask(&entered.borrow()));
    owner.unwrap_or_else(|_| (Setter::of_identity(executing), false))
}

/// The resource of this thread's innermost level, whatever spans were entered in it.
pub(crate) fn resource_of_level() -> AsyncId {
    let depth = current::with(|current| current.depth.get());
    let ask = |list: &List| execution::with_executing(|executing| list.resource_of_level(depth, executing).async_id());
    ENTERED.try_with(|entered| ask(&entered.borrow())).unwrap_or_else(|_| execution::execution_async_id())
}

/// Whether a span has brought a context on top of this thread's innermost level.
#[inline]
pub(in crate::context) fn is_brought() -> bool {
    current::with(|current| current.has_brought.get()) && is_level_brought()
}

#[inline(never)]
fn is_level_brought() -> bool {
    let depth = current::with(|current| current.depth.get());
    ENTERED.try_with(|entered| entered.borrow().is_brought(depth)).unwrap_or(false)
}

/// The mark after which guards were entered in a context that a span has brought.
///
/// Nothing where no span has.
pub(in crate::context) fn since_brought() -> Option<u64> {
    if !current::with(|current| current.has_brought.get()) {
        return None;
    }
    let depth = current::with(|current| current.depth.get());
    let is_brought = |list: &List| list.topmost_bringing(depth, list.entries.len()).is_some();
    let since = |list: &List| list.brought.last().filter(|_| is_brought(list)).map(|brought| brought.since);
    ENTERED.try_with(|entered| since(&entered.borrow())).ok().flatten()
}
