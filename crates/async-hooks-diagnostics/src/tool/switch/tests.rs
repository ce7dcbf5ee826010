use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts how often it was made to listen, and how many copies of it exist.
#[derive(Clone, Default)]
struct Listener {
    times: Arc<AtomicUsize>,
}

impl Listener {
    fn times(&self) -> usize {
        self.times.load(Ordering::Relaxed)
    }

    /// Copies beside this one.
    fn copies(&self) -> usize {
        Arc::strong_count(&self.times) - 1
    }
}

impl Listen for Listener {
    fn listen(&self) {
        self.times.fetch_add(1, Ordering::Relaxed);
    }
}

struct Counted {
    listener: Listener,
    acts_by_itself: bool,
}

impl Tool for Counted {
    type Listener = Listener;

    fn listener(&self) -> Listener {
        self.listener.clone()
    }

    fn acts_by_itself(&self) -> bool {
        self.acts_by_itself
    }
}

/// A tool, and the listener that it copies: the tool itself holds one copy.
fn counted(acts_by_itself: bool) -> (Arc<Switch<Counted>>, Listener) {
    let listener = Listener::default();
    (Switch::new(Counted { listener: listener.clone(), acts_by_itself }), listener)
}

/// A tool that is enabled or disabled from elsewhere while it makes its first listener.
struct Interrupted {
    listener: Listener,
    interrupt: fn(&Arc<Switch<Interrupted>>),
    itself: Mutex<Option<Arc<Switch<Interrupted>>>>,
}

impl Tool for Interrupted {
    type Listener = Listener;

    fn listener(&self) -> Listener {
        let itself = self.itself.lock().unwrap_or_else(PoisonError::into_inner).take();
        match itself {
            Some(itself) => {
                (self.interrupt)(&itself);
                Listener::default()
            }
            None => self.listener.clone(),
        }
    }

    fn acts_by_itself(&self) -> bool {
        false
    }
}

fn interrupted(interrupt: fn(&Arc<Switch<Interrupted>>)) -> (Arc<Switch<Interrupted>>, Listener) {
    let listener = Listener::default();
    let switch = Switch::new(Interrupted { listener: listener.clone(), interrupt, itself: Mutex::new(None) });
    *switch.tool.itself.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&switch));
    (switch, listener)
}

#[test]
fn of_two_listeners_made_at_once_only_the_first_ever_listens() {
    let (switch, faster) = interrupted(|switch| switch.enable());
    switch.enable();
    let kept = switch.listener().expect("it is on");
    assert!(Arc::ptr_eq(&kept.times, &faster.times) && faster.times() > 0);
}

#[test]
fn a_tool_that_is_disabled_while_it_is_being_enabled_is_off() {
    let (switch, _) = interrupted(|switch| switch.disable());
    switch.enable();
    assert!(!switch.is_on() && !switch.lock().is_enabled);
    switch.enable();
    assert!(switch.is_on());
}

#[test]
fn a_tool_that_is_disabled_while_its_hooks_are_being_enabled_is_off_and_holds_no_listener() {
    struct Fickle(Mutex<Option<Arc<Switch<Fickle>>>>);
    struct Disables(Arc<Switch<Fickle>>);
    impl Listen for Disables {
        fn listen(&self) {
            self.0.disable();
        }
    }
    impl Tool for Fickle {
        type Listener = Disables;
        fn listener(&self) -> Disables {
            Disables(self.0.lock().unwrap_or_else(PoisonError::into_inner).take().expect("enabled once"))
        }
        fn acts_by_itself(&self) -> bool {
            true
        }
    }
    let switch = Switch::new(Fickle(Mutex::new(None)));
    *switch.tool.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&switch));
    switch.enable();
    assert_eq!((switch.is_on(), Arc::strong_count(&switch)), (false, 1));
}

#[test]
fn a_listener_is_not_made_to_listen_again_until_the_tool_was_disabled() {
    let (switch, listener) = counted(false);
    switch.enable();
    switch.enable();
    let guard = switch.enable_scoped();
    assert_eq!(listener.times(), 1);
    switch.disable();
    switch.enable();
    drop(guard);
    assert_eq!((listener.times(), switch.is_on()), (2, true));
}

#[test]
fn the_last_of_two_guards_disables() {
    let (switch, listener) = counted(true);
    let (first, second) = (switch.enable_scoped(), switch.enable_scoped());
    drop(first);
    assert!(switch.is_on());
    drop(second);
    assert_eq!((switch.is_on(), listener.copies(), Arc::strong_count(&switch)), (false, 1, 1));
}

#[test]
fn a_guard_does_not_disable_what_enable_has_enabled_before_or_after_it() {
    let (switch, _) = counted(false);
    let guard = switch.enable_scoped();
    switch.enable();
    drop(guard);
    assert!(switch.is_on());
    drop(switch.enable_scoped());
    assert!(switch.is_on());
}

#[test]
fn a_guard_that_outlives_a_disable_disables_nothing_of_the_next_period() {
    let (switch, _) = counted(false);
    let outdated = switch.enable_scoped();
    switch.disable();
    assert!(!switch.is_on());
    let current = switch.enable_scoped();
    drop(outdated);
    assert!(switch.is_on());
    drop(current);
    assert!(!switch.is_on());
}

#[test]
fn a_tool_that_only_answers_stops_with_its_last_handle_even_if_a_guard_lives() {
    let (switch, listener) = counted(false);
    switch.enable();
    let guard = switch.enable_scoped();
    drop(switch);
    assert_eq!(listener.copies(), 0);
    drop(guard);
}

#[test]
fn a_tool_that_acts_by_itself_goes_on_without_a_handle_until_its_last_guard() {
    let (switch, listener) = counted(true);
    let guard = switch.enable_scoped();
    drop(switch);
    assert_eq!(listener.copies(), 2);
    drop(guard);
    assert_eq!(listener.copies(), 0);
}
