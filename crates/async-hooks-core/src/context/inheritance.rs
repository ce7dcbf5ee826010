//! Applies each local's `Inherit` policy to the context that a spawn captures.
//!
//! Two bits of a key name the policy of its local, so a spawn finds the locals with a policy among the keys of its own
//! context, and looks up nothing but fork functions. While no local with a policy is set, a spawn reads one counter.

use std::any::Any;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::context::current;
use crate::context::mapping::{Key, LOCAL_BITS, Mapping, Value};
use crate::panics::{discard, report};

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

/// Number of locals with a policy that have been set.
static LOCALS_WITH_POLICY: AtomicUsize = AtomicUsize::new(0);

/// Fork functions by the newest key of their local: a value under an older key, or of a dropped local, is not forked.
static FORKS: RwLock<BTreeMap<Key, Arc<Fork>>> = RwLock::new(BTreeMap::new());

thread_local! {
    /// Stops a fork function from calling itself without end when it spawns.
    static IS_FORKING: Cell<bool> = const { Cell::new(false) };
}

/// Captures the context of a spawned task, with every policy applied.
#[inline]
pub(crate) fn capture_for_spawn() -> Mapping {
    let mut captured = current::capture();
    // Relaxed is enough: a value of such a local is in this context only after this thread has seen the local counted.
    if LOCALS_WITH_POLICY.load(Ordering::Relaxed) != 0 {
        apply_policies(&mut captured);
    }
    captured
}

/// Registers the policy and returns the key; the caller publishes the key with a releasing store.
pub(crate) fn register(number: Key, policy: InheritPolicy) -> Key {
    match policy {
        InheritPolicy::Always => number,
        InheritPolicy::Barrier => counted(number | BARRIER),
        InheritPolicy::Fork(fork) => {
            insert(number | FORK, Arc::new(fork));
            counted(number | FORK)
        }
    }
}

/// Registers the policy of `key` for `renewed` as well.
pub(crate) fn register_again(key: Key, renewed: Key) {
    if key & FORK != 0 {
        if let Some(fork) = find_fork(key) {
            insert(renewed, fork);
        }
    }
    if key & POLICY_BITS != 0 {
        counted(renewed);
    }
}

pub(crate) fn unregister(key: Key) {
    if key & FORK != 0 {
        let removed = FORKS.write().unwrap_or_else(PoisonError::into_inner).remove(&key);
        drop(removed);
    }
    if key & POLICY_BITS != 0 {
        LOCALS_WITH_POLICY.fetch_sub(1, Ordering::Relaxed);
    }
}

fn counted(key: Key) -> Key {
    LOCALS_WITH_POLICY.fetch_add(1, Ordering::Relaxed);
    key
}

fn insert(key: Key, fork: Arc<Fork>) {
    FORKS.write().unwrap_or_else(PoisonError::into_inner).insert(key, fork);
}

fn find_fork(key: Key) -> Option<Arc<Fork>> {
    FORKS.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned()
}

#[cfg(test)]
pub(crate) fn is_forked(key: Key) -> bool {
    find_fork(key).is_some()
}

#[cold]
fn apply_policies(captured: &mut Mapping) {
    for key in keys_with_policy(captured) {
        let replaced = match captured.get(key).and_then(|value| inherited(key, value)) {
            Some(value) => captured.set(key, value),
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

/// What the child inherits of this value; `None` if the child starts as if the local had never been set.
fn inherited(key: Key, value: &Value) -> Option<Value> {
    match value {
        _ if key & BARRIER != 0 => None,
        None => Some(None),
        Some(value) => find_fork(key).and_then(|fork| forked(&fork, &**value)).map(Some),
    }
}

/// Calls the fork function; `None` if the function panics, or if it spawned this child itself.
fn forked(fork: &Fork, value: &Stored) -> Option<Arc<Stored>> {
    if IS_FORKING.replace(true) {
        return None;
    }
    let outcome = catch_unwind(AssertUnwindSafe(|| (fork.function)(value)));
    IS_FORKING.set(false);
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
