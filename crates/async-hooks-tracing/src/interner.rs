//! Values made once and kept for the life of the process, since resources refer to them.
//!
//! There is one for each callsite, source line or type name of the program.

use std::borrow::Borrow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, PoisonError};
use std::thread::LocalKey;

/// What every thread agrees on.
pub(crate) type Shared<K, V> = Mutex<Option<HashMap<K, V>>>;

/// What one thread has looked up before, so that it takes the lock once for each key.
pub(crate) type Seen<K, V, S = RandomState> = RefCell<Option<HashMap<K, V, S>>>;

/// The value of `key`, made by `make` when the process meets the key for the first time.
#[inline]
pub(crate) fn intern<K, V, S, Q>(
    seen: &'static LocalKey<Seen<K, V, S>>,
    shared: &Shared<K, V>,
    key: &Q,
    make: impl FnOnce() -> (K, V),
) -> V
where
    K: Borrow<Q> + Copy + Eq + Hash,
    V: Copy,
    S: BuildHasher + Default,
    Q: Eq + Hash + ?Sized,
{
    let known = seen.try_with(|seen| seen.borrow().as_ref()?.get(key).copied());
    if let Ok(Some(value)) = known {
        return value;
    }
    let (key, value) = intern_shared(shared, key, make);
    // A thread at its end remembers nothing, and asks again.
    let _ = seen.try_with(|seen| seen.borrow_mut().get_or_insert_default().insert(key, value));
    value
}

#[cold]
fn intern_shared<K, V, Q>(shared: &Shared<K, V>, key: &Q, make: impl FnOnce() -> (K, V)) -> (K, V)
where
    K: Borrow<Q> + Copy + Eq + Hash,
    V: Copy,
    Q: Eq + Hash + ?Sized,
{
    // Entries are added whole, so a poisoned map is as good as any.
    let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
    let known = shared.get_or_insert_default();
    if let Some((key, value)) = known.get_key_value(key) {
        return (*key, *value);
    }
    let (key, value) = make();
    known.insert(key, value);
    (key, value)
}
