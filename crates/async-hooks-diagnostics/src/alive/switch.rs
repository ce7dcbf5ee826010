//! On and off, for handles: what listens is made when it is switched on, and dropped when it is switched off.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Holds a `T` while it is on.
pub(crate) struct Switch<T> {
    state: Mutex<Option<Arc<T>>>,
}

impl<T> Switch<T> {
    pub(crate) fn new() -> Switch<T> {
        Switch { state: Mutex::new(None) }
    }

    /// Switches on; does nothing where it is on.
    ///
    /// Making and dropping a `T` enables and disables hooks, so neither happens while the lock is held.
    pub(crate) fn on(&self, make: impl FnOnce() -> T) {
        if !self.is_on() {
            let made = Arc::new(make());
            let unwanted = keep_first(&mut self.lock(), made);
            drop(unwanted);
        }
    }

    pub(crate) fn off(&self) {
        let was = self.lock().take();
        drop(was);
    }

    pub(crate) fn is_on(&self) -> bool {
        self.lock().is_some()
    }

    pub(crate) fn get(&self) -> Option<Arc<T>> {
        self.lock().clone()
    }

    /// A pointer, which a panic cannot leave half written.
    fn lock(&self) -> MutexGuard<'_, Option<Arc<T>>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody may have been faster; then what was made is given back.
fn keep_first<T>(state: &mut Option<T>, made: T) -> Option<T> {
    if state.is_some() { Some(made) } else { state.replace(made) }
}
