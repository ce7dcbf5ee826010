//! On and off, for handles: what listens is made when it is switched on, and dropped when it is switched off.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a switch holds while it is on. Its hooks are disabled until it is asked to listen; dropping it disables them
/// again.
pub(crate) trait Listen {
    /// Enables the hooks. Several threads may call it at once; hooks that are enabled stay as they are.
    fn listen(&self);
}

/// Holds a `T` while it is on.
pub(crate) struct Switch<T> {
    state: Mutex<Option<On<T>>>,
}

struct On<T> {
    listener: Arc<T>,
    /// Then its hooks are not enabled again: one of them may have panicked and been disabled for that.
    is_listening: bool,
}

impl<T: Listen> Switch<T> {
    pub(crate) fn new() -> Switch<T> {
        Switch { state: Mutex::new(None) }
    }

    /// Switches on; does nothing where it is on.
    ///
    /// Enabling and disabling hooks may run code of the program, so neither happens while the lock is held, and no thread
    /// waits for another one that does it: threads that switch on at once agree on one `T`, and each of them makes it
    /// listen.
    pub(crate) fn on(&self, make: impl FnOnce() -> T) {
        if !self.is_listening() {
            let listener = self.get().unwrap_or_else(|| self.keep_first(Arc::new(make())));
            listener.listen();
            self.note_listening(&listener);
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
        self.lock().as_ref().map(|on| Arc::clone(&on.listener))
    }

    fn is_listening(&self) -> bool {
        self.lock().as_ref().is_some_and(|on| on.is_listening)
    }

    /// Another thread may have been faster. Then what was made is dropped, and has never listened.
    fn keep_first(&self, made: Arc<T>) -> Arc<T> {
        let mut state = self.lock();
        let first = state.get_or_insert_with(|| On { listener: Arc::clone(&made), is_listening: false });
        let first = Arc::clone(&first.listener);
        drop(state);
        first
    }

    fn note_listening(&self, listener: &Arc<T>) {
        if let Some(on) = self.lock().as_mut().filter(|on| Arc::ptr_eq(&on.listener, listener)) {
            on.is_listening = true;
        }
    }

    /// A pointer and a flag, which a panic cannot leave half written.
    fn lock(&self) -> MutexGuard<'_, Option<On<T>>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[derive(Clone, Default)]
    struct Listener {
        times: Arc<AtomicUsize>,
    }

    impl Listener {
        fn times(&self) -> usize {
            self.times.load(Ordering::Relaxed)
        }
    }

    impl Listen for Listener {
        fn listen(&self) {
            self.times.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The faster thread's steps are taken while the slower one makes its listener.
    #[test]
    fn of_two_that_are_made_at_once_only_the_first_ever_listens() {
        let (switch, faster, slower) = (Switch::new(), Listener::default(), Listener::default());
        switch.on(|| {
            switch.on(|| faster.clone());
            slower.clone()
        });
        assert_eq!((switch.is_on(), slower.times()), (true, 0));
        assert!(faster.times() > 0);
    }

    #[test]
    fn what_listens_is_not_made_to_listen_again() {
        let (switch, listener) = (Switch::new(), Listener::default());
        switch.on(|| listener.clone());
        switch.on(Listener::default);
        assert_eq!(listener.times(), 1);
        switch.off();
        switch.on(|| listener.clone());
        assert_eq!((listener.times(), switch.is_on()), (2, true));
    }

    #[test]
    fn a_switch_that_goes_off_while_it_goes_on_is_off_and_has_dropped_what_it_held() {
        struct Fickle<'a>(&'a Switch<Fickle<'a>>, Listener);
        impl Listen for Fickle<'_> {
            fn listen(&self) {
                self.0.off();
                self.1.listen();
            }
        }
        let listener = Listener::default();
        let switch = Switch::new();
        switch.on(|| Fickle(&switch, listener.clone()));
        assert_eq!((switch.is_on(), listener.times(), Arc::strong_count(&listener.times)), (false, 1, 1));
    }
}
