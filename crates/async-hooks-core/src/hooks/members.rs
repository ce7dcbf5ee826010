//! The resources that are in scopes of hooks, from their `init` to their `destroy`.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

use crate::hooks::scopes::Scopes;
use crate::identity::id_map::IdMap;
use crate::identity::resource::Resource;

static MEMBERS: LazyLock<IdMap<Arc<Scopes>>> = LazyLock::new(IdMap::default);

/// The number of members with an id in each slot.
///
/// While members are few, it says of nearly every other resource, by one load, that it is none.
static SLOTS: [AtomicU32; SLOT_COUNT] = [const { AtomicU32::new(0) }; SLOT_COUNT];

const SLOT_COUNT: usize = 4096;

#[inline]
fn slot(identity: u64) -> &'static AtomicU32 {
    &SLOTS[identity as usize % SLOT_COUNT]
}

/// Whether the resource may be a member; if not, it is none.
#[inline]
pub(crate) fn may_contain(resource: &Resource) -> bool {
    may_contain_identity(resource.identity_bits())
}

/// As [`may_contain`], by [`Resource::identity_bits`].
#[inline]
pub(crate) fn may_contain_identity(identity: u64) -> bool {
    // Relaxed is enough: a thread that has the resource has synchronised with the thread that created it.
    slot(identity).load(Ordering::Relaxed) != 0
}

pub(crate) fn insert(resource: &Resource, scopes: Arc<Scopes>) {
    slot(resource.identity_bits()).fetch_add(1, Ordering::Relaxed);
    drop(MEMBERS.insert(resource.async_id(), scopes));
}

/// The scopes that the resource was created in; no lock is held afterwards.
pub(crate) fn scopes_of(resource: &Resource) -> Option<Arc<Scopes>> {
    if !may_contain(resource) {
        return None;
    }
    MEMBERS.get(&resource.async_id()).map(|scopes| Arc::clone(&scopes))
}

pub(crate) fn remove(resource: &Resource) {
    if !may_contain(resource) {
        return;
    }
    // Dropped without a lock: the last member closes its scopes.
    let removed = MEMBERS.remove(&resource.async_id());
    if removed.is_some() {
        slot(resource.identity_bits()).fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::hook::Hook;
    use crate::hooks::listener::{Claim, Listener};
    use crate::hooks::scopes::HookScope;
    use crate::hooks::{events::Events, list::LIST};
    use crate::identity::id::AsyncId;
    use crate::identity::location::Location;

    struct Silent;

    impl Hook for Silent {}

    /// The only test here with members, for they are the process's.
    #[test]
    fn a_resource_is_a_member_from_its_insertion_to_its_removal() {
        let listener = Arc::new(Listener::new(Silent));
        let period = LIST.enable(&listener, Events::NONE, Claim::Scope);
        let scopes = Arc::new(Scopes::new(Arc::new(HookScope { listener, period }), None));
        for is_observed in [true, false] {
            let resource = Resource::new("member", Location::NOWHERE, AsyncId::ROOT, is_observed);
            assert!(!may_contain(&resource) && scopes_of(&resource).is_none());
            insert(&resource, Arc::clone(&scopes));
            assert!(may_contain(&resource));
            assert!(scopes_of(&resource).is_some_and(|found| Arc::ptr_eq(&found, &scopes)));
            remove(&resource);
            assert!(!may_contain(&resource) && scopes_of(&resource).is_none());
        }
    }
}
