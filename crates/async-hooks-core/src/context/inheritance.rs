//! What of a context crosses a spawn, where a local has a say in it.
//!
//! A key tells by a bit whether its local stops at a spawn or is forked there, so a spawn looks at the keys of its context
//! and at nothing else; only what is forked is looked up. As long as no local has a say, a spawn does not even look.

use std::any::Any;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::context::current;
use crate::context::mapping::{Key, LOCAL_BITS, Mapping, Value};
use crate::panics::{discard, report};

/// How a local crosses a spawn; `Inherit` without the local's type.
pub(crate) enum Crossing {
    Always,
    Barrier,
    Fork(Fork),
}

/// How a local is forked, for who does not know its type.
pub(crate) struct Fork {
    name: &'static str,
    function: Box<Function>,
    /// So that one that always panics does not fill the log.
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

// In a key, above the local's number and below its generation.
const BARRIER: Key = 1 << (LOCAL_BITS - 1);
const FORK: Key = 1 << (LOCAL_BITS - 2);

/// What of a key says how its local crosses.
pub(crate) const HAS_A_SAY: Key = BARRIER | FORK;

/// How many locals have a say, and were ever set.
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// By the key of today: what was set before a local was disabled, or dropped, is forked no more.
static FORKS: RwLock<BTreeMap<Key, Arc<Fork>>> = RwLock::new(BTreeMap::new());

thread_local! {
    static IS_FORKING: Cell<bool> = const { Cell::new(false) };
}

/// What a task of its own captures, where it is spawned.
#[inline]
pub(crate) fn captured_by_spawn() -> Mapping {
    let mut captured = current::capture();
    // Relaxed is enough: who has set a local that has a say has seen it counted.
    if COUNT.load(Ordering::Relaxed) != 0 {
        cross(&mut captured);
    }
    captured
}

/// The key of the local with this number, to be made known to other threads by a releasing store.
pub(crate) fn register(number: Key, crossing: Crossing) -> Key {
    match crossing {
        Crossing::Always => number,
        Crossing::Barrier => counted(number | BARRIER),
        Crossing::Fork(fork) => {
            insert(number | FORK, Arc::new(fork));
            counted(number | FORK)
        }
    }
}

/// The same local under another key.
pub(crate) fn register_again(key: Key, renewed: Key) {
    if key & FORK != 0 {
        if let Some(fork) = find(key) {
            insert(renewed, fork);
        }
    }
    if key & HAS_A_SAY != 0 {
        counted(renewed);
    }
}

pub(crate) fn unregister(key: Key) {
    if key & FORK != 0 {
        let removed = FORKS.write().unwrap_or_else(PoisonError::into_inner).remove(&key);
        drop(removed);
    }
    if key & HAS_A_SAY != 0 {
        COUNT.fetch_sub(1, Ordering::Relaxed);
    }
}

fn counted(key: Key) -> Key {
    COUNT.fetch_add(1, Ordering::Relaxed);
    key
}

fn insert(key: Key, fork: Arc<Fork>) {
    FORKS.write().unwrap_or_else(PoisonError::into_inner).insert(key, fork);
}

fn find(key: Key) -> Option<Arc<Fork>> {
    FORKS.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned()
}

#[cfg(test)]
pub(crate) fn is_forked(key: Key) -> bool {
    find(key).is_some()
}

#[cold]
fn cross(captured: &mut Mapping) {
    let mut having_a_say = Vec::new();
    captured.for_each(&mut |key, _| {
        if key & HAS_A_SAY != 0 {
            having_a_say.push(key);
        }
    });
    for key in having_a_say {
        let replaced = match captured.get(key).and_then(|value| crossed(key, value)) {
            Some(value) => captured.set(key, value),
            None => captured.remove(key),
        };
        drop(replaced);
    }
}

/// What the child gets for this value; `None` where it is to start as if nothing was ever set.
fn crossed(key: Key, value: &Value) -> Option<Value> {
    match value {
        _ if key & BARRIER != 0 => None,
        None => Some(None),
        Some(value) => find(key).and_then(|fork| forked(&fork, &**value)).map(Some),
    }
}

fn forked(fork: &Fork, value: &Stored) -> Option<Arc<Stored>> {
    if IS_FORKING.replace(true) {
        return None;
    }
    let outcome = catch_unwind(AssertUnwindSafe(|| (fork.function)(value)));
    IS_FORKING.set(false);
    outcome.unwrap_or_else(|payload| refused(fork, payload))
}

#[cold]
fn refused<R>(fork: &Fork, payload: Box<dyn Any + Send>) -> Option<R> {
    if !fork.has_panicked.swap(true, Ordering::Relaxed) {
        let name = fork.name;
        report(format_args!("the fork of local {name:?} panicked and a child starts without it"), &*payload);
    }
    discard(payload);
    None
}
