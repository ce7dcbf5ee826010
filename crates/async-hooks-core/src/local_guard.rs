//! The guard of `AsyncLocal::enter`, and how guards dropped out of order find out that they have ended.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::context;
use crate::mapping::{Key, Mapping, Value};

/// Ends what [`AsyncLocal::enter`](crate::AsyncLocal::enter) began when it is dropped.
///
/// Dropping a guard puts the local back to what it was before it, and so ends the guards of this local that were entered
/// after it; their own drop then does nothing, as does a guard that finds itself in another context than it was made in.
#[must_use = "the value is unset when the guard is dropped"]
pub struct LocalGuard<'a, T> {
    local: PhantomData<&'a T>,
    /// Guards belong to the thread and the context they were made in.
    not_send: PhantomData<*const ()>,
    key: Key,
    guards: Key,
    serial: u64,
    previous: Option<Value>,
}

/// The serials of the guards that a context has entered for one local, outermost first; in the mapping under a key of its
/// own, so it travels with the context and locals without guards pay nothing for it.
struct Serials(Vec<u64>);

static NEXT_SERIAL: AtomicU64 = AtomicU64::new(0);

impl<T> LocalGuard<'_, T> {
    pub(crate) fn enter(key: Key, guards: Key, value: Value) -> Self {
        let serial = NEXT_SERIAL.fetch_add(1, Ordering::Relaxed);
        let (previous, replaced) = context::update(|mapping| {
            let mut serials = serials(mapping, guards);
            serials.push(serial);
            mapping.set(guards, Some(Arc::new(Serials(serials))));
            (mapping.get(key).cloned(), mapping.set(key, value))
        });
        drop(replaced);
        LocalGuard { local: PhantomData, not_send: PhantomData, key, guards, serial, previous }
    }

    fn leave(&mut self, mapping: &mut Mapping) -> Value {
        let mut serials = serials(mapping, self.guards);
        let position = serials.iter().position(|serial| *serial == self.serial)?;
        serials.truncate(position);
        let rest = (position > 0).then(|| Some(Arc::new(Serials(serials)) as _));
        mapping.put_back(self.guards, rest);
        mapping.put_back(self.key, self.previous.take())
    }
}

fn serials(mapping: &Mapping, guards: Key) -> Vec<u64> {
    let found = mapping.get(guards).and_then(Option::as_ref);
    found.and_then(|any| any.downcast_ref::<Serials>()).map_or_else(Vec::new, |serials| serials.0.clone())
}

impl<T> Drop for LocalGuard<'_, T> {
    fn drop(&mut self) {
        drop(context::update(|mapping| self.leave(mapping)));
    }
}

impl<T> fmt::Debug for LocalGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalGuard").field("serial", &self.serial).finish_non_exhaustive()
    }
}
