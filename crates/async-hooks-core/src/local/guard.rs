//! The guard of `AsyncLocal::enter`, and how guards dropped out of order find out that they have ended.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::context::current;
use crate::context::mapping::{Found, Key, Value};

/// Ends what [`AsyncLocal::enter`](crate::AsyncLocal::enter) began when it is dropped.
///
/// Dropping a guard puts the local back to what it was before it, and so ends the guards of this local that were entered
/// after it; their own drop then does nothing, as does a guard that finds itself in another context than it was made in.
#[must_use = "the value is unset when the guard is dropped"]
pub struct LocalGuard<'a, T: Send + Sync + 'static> {
    local: PhantomData<&'a T>,
    /// Guards belong to the thread and the context they were made in.
    not_send: PhantomData<*const ()>,
    key: Key,
    serial: u64,
    previous: Found,
}

/// What a mapping holds for a local while guards are live: the value, and whose it is.
///
/// A value without guards is in the mapping as it is, so whoever uses no guards pays nothing for them.
pub(crate) struct Guarded<T> {
    pub(crate) value: Arc<T>,
    /// The guards that are live in this context, outermost first.
    serials: Vec<u64>,
}

static NEXT_SERIAL: AtomicU64 = AtomicU64::new(0);

impl<T: Send + Sync + 'static> Guarded<T> {
    pub(crate) fn of(value: &(dyn Any + Send + Sync)) -> Option<&Self> {
        value.downcast_ref()
    }

    /// The serials of the guards that are live where `found` was found.
    fn serials(found: Option<&Value>) -> &[u64] {
        let guarded = found.and_then(Option::as_deref).and_then(Self::of);
        guarded.map_or(&[], |guarded| &guarded.serials)
    }

    /// What to put into a mapping for `value`, where `found` is: guards that are live stay so. The very value that is there
    /// is wrapped too, so that it can be told to have been entered anew.
    pub(crate) fn replacing(found: Option<&Value>, value: Arc<T>) -> Value {
        let there = found.and_then(Option::as_deref).and_then(|there| there.downcast_ref::<T>());
        let is_there = there.is_some_and(|there| ptr::eq(there, &*value));
        match Self::serials(found) {
            [] if !is_there => Some(value),
            serials => Some(Arc::new(Guarded { value, serials: serials.to_vec() })),
        }
    }
}

impl<T: Send + Sync + 'static> LocalGuard<'_, T> {
    pub(crate) fn enter(key: Key, value: Arc<T>) -> Self {
        let serial = NEXT_SERIAL.fetch_add(1, Ordering::Relaxed);
        let previous = current::set_persistent(|mapping| {
            let serials = [Guarded::<T>::serials(mapping.get(key)), &[serial]].concat();
            mapping.set(key, Some(Arc::new(Guarded { value, serials })))
        });
        LocalGuard { local: PhantomData, not_send: PhantomData, key, serial, previous }
    }
}

impl<T: Send + Sync + 'static> Drop for LocalGuard<'_, T> {
    fn drop(&mut self) {
        let previous = self.previous.take();
        drop(current::set_persistent(|mapping| {
            let is_live = Guarded::<T>::serials(mapping.get(self.key)).contains(&self.serial);
            // Put back or handed out, not dropped in here: a value's drop is foreign code.
            if is_live { mapping.put_back(self.key, previous) } else { previous }
        }));
    }
}

impl<T: Send + Sync + 'static> fmt::Debug for LocalGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalGuard").field("serial", &self.serial).finish_non_exhaustive()
    }
}
