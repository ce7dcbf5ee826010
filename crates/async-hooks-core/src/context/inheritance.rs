//! Applies each local's `Inherit` policy to the context that a spawn captures.
//!
//! Two bits of a key name the policy of its local, so a spawn finds the locals with a policy among the keys of its own
//! context, and looks up nothing but fork functions. While no local with a policy is set, a spawn reads one counter.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};

use crate::context::current;
use crate::context::mapping::Mapping;
use crate::context::mapping::node::{Key, LOCAL_BITS, STAYS, Value};
use crate::context::mapping::previous::Previous;
use crate::context::setting;
use crate::panics::{discard, report};
use crate::sync::{AtomicUsize, RwLock};

/// What a spawned task inherits of a local: `Inherit` without the type of the value.
pub(crate) enum InheritPolicy {
    Always,
    Barrier,
    Fork(Fork),
}

/// The fork function of a local, without the type of the value.
pub(crate) struct Fork {
    name: &'static str,
    function: Box<Function>,
    /// Reports only the first panic: a function that always panics would fill the log.
    has_panicked: AtomicBool,
}

type Function = dyn Fn(&Stored) -> Option<Arc<Stored>> + Send + Sync;
type Stored = dyn Any + Send + Sync;

impl Fork {
    pub(crate) fn new(
        name: &'static str,
        function: impl Fn(&Stored) -> Option<Arc<Stored>> + Send + Sync + 'static,
    ) -> Self {
        Fork { name, function: Box::new(function), has_panicked: AtomicBool::new(false) }
    }
}

// Bits of a key above the number of the local and below the generation.
const BARRIER: Key = 1 << (LOCAL_BITS - 1);
const FORK: Key = 1 << (LOCAL_BITS - 2);

/// The bits of a key that name the policy of its local.
pub(crate) const POLICY_BITS: Key = BARRIER | FORK;

/// Number of locals with a policy that have been set: the size of `REGISTERED`.
static LOCALS_WITH_POLICY: AtomicUsize = AtomicUsize::new(0);

/// The locals with a policy that have been set, by their keys without generations.
static REGISTERED: RwLock<BTreeMap<Key, Registration>> = RwLock::new(BTreeMap::new());

#[derive(Clone)]
struct Registration {
    /// `None` for a barrier, which calls no function.
    fork: Option<Arc<Fork>>,
    /// Values under older keys are not forked: they were set before the local was disabled.
    oldest: Key,
}

/// Captures the context of a spawned task, with every policy applied.
#[inline]
pub(crate) fn capture_for_spawn() -> Mapping {
    let mut captured = current::capture();
    // Relaxed is enough: a value of such a local is in this context only after this thread has seen the local counted,
    // and every later count includes the local until it is dropped.
    if LOCALS_WITH_POLICY.load(Ordering::Relaxed) != 0 {
        apply_policies(&mut captured);
    }
    captured
}

/// Registers the policy of a local and returns the key of the local.
///
/// The caller publishes the key with a releasing store.
pub(crate) fn register(number: Key, policy: InheritPolicy) -> Key {
    let (key, fork) = match policy {
        InheritPolicy::Always => return number,
        InheritPolicy::Barrier => (number | BARRIER, None),
        InheritPolicy::Fork(fork) => (number | FORK, Some(Arc::new(fork))),
    };
    insert(key, fork);
    key
}

/// Registers the policy of `key` under another number too.
///
/// Registers nothing if another thread has unregistered `key`: then the caller fails to publish the new key.
pub(crate) fn register_again(number: Key, key: Key) -> Key {
    let renumbered = number | key & (POLICY_BITS | STAYS);
    if let Some(registration) = find(key) {
        insert(renumbered, registration.fork);
    }
    renumbered
}

/// Stops forks of values under keys older than this one.
///
/// Several threads may do so, in any order: the oldest key whose values are forked only rises.
pub(crate) fn retire_older_than(key: Key) {
    if key & FORK != 0 {
        change(|registered| {
            if let Some(registration) = registered.get_mut(&without_generation(key)) {
                registration.oldest = registration.oldest.max(key);
            }
        });
    }
}

/// Removes the registration of the number in `key`, if there is one.
pub(crate) fn unregister(key: Key) {
    if key & POLICY_BITS != 0 {
        let removed = change(|registered| registered.remove(&without_generation(key)));
        drop(removed);
    }
}

fn insert(key: Key, fork: Option<Arc<Fork>>) {
    change(|registered| registered.insert(without_generation(key), Registration { fork, oldest: key }));
}

/// Changes the registrations and counts them under one lock, so the count cannot drift.
fn change<R>(change: impl FnOnce(&mut BTreeMap<Key, Registration>) -> R) -> R {
    let mut registered = REGISTERED.write().unwrap_or_else(PoisonError::into_inner);
    let outcome = change(&mut registered);
    LOCALS_WITH_POLICY.store(registered.len(), Ordering::Relaxed);
    outcome
}

fn find(key: Key) -> Option<Registration> {
    REGISTERED.read().unwrap_or_else(PoisonError::into_inner).get(&without_generation(key)).cloned()
}

fn find_fork(key: Key) -> Option<Arc<Fork>> {
    find(key).filter(|registration| registration.oldest <= key)?.fork
}

fn without_generation(key: Key) -> Key {
    key & ((1 << LOCAL_BITS) - 1)
}

#[cfg(test)]
pub(crate) fn is_forked(key: Key) -> bool {
    find_fork(key).is_some()
}

/// Number of registrations whose fork has this name; checks the total count, too.
#[cfg(test)]
pub(crate) fn registrations_of(name: &str) -> usize {
    let registered = REGISTERED.read().unwrap_or_else(PoisonError::into_inner);
    assert_eq!(LOCALS_WITH_POLICY.load(Ordering::Relaxed), registered.len());
    let forks = registered.values().filter_map(|registration| registration.fork.as_ref());
    forks.filter(|fork| fork.name == name).count()
}

#[cold]
fn apply_policies(captured: &mut Mapping) {
    let setter = setting::owner();
    for key in keys_with_policy(captured) {
        let replaced = match captured.get(key).and_then(|value| inherited(key, value)) {
            Some(value) => captured.put_back(key, Previous::of(key, setter, value)),
            None => captured.remove(key),
        };
        drop(replaced);
    }
}

fn keys_with_policy(mapping: &Mapping) -> Vec<Key> {
    let mut keys = Vec::new();
    mapping.for_each(&mut |key, _| {
        if key & POLICY_BITS != 0 {
            keys.push(key);
        }
    });
    keys
}

/// What the child inherits of this value; `None` leaves the local unset in the child.
fn inherited(key: Key, value: &Value) -> Option<Value> {
    match value {
        _ if key & BARRIER != 0 => None,
        None => Some(None),
        Some(value) => find_fork(key).and_then(|fork| forked(&fork, &**value)).map(Some),
    }
}

/// Calls the fork function; `None` if it panics, or if a fork function spawns this child.
fn forked(fork: &Fork, value: &Stored) -> Option<Arc<Stored>> {
    // Stops a fork function from calling itself without end when it spawns.
    if current::with(|current| current.is_forking.replace(true)) {
        return None;
    }
    let outcome = catch_unwind(AssertUnwindSafe(|| (fork.function)(value)));
    current::with(|current| current.is_forking.set(false));
    outcome.unwrap_or_else(|payload| report_panic(fork, payload))
}

#[cold]
fn report_panic<R>(fork: &Fork, payload: Box<dyn Any + Send>) -> Option<R> {
    if !fork.has_panicked.swap(true, Ordering::Relaxed) {
        let name = fork.name;
        report(format_args!("the fork of local {name:?} panicked and a child starts without it"), &*payload);
    }
    discard(payload);
    None
}
