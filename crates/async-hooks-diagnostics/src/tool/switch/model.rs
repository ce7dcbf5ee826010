//! Threads that enable and disable one tool at once, in many orders of their steps.

use std::sync::atomic::Ordering;

use async_hooks_explorer::{Steps, at_once, explore};

use super::*;
use crate::sync::AtomicBool;

/// The listeners of a tool, the first one first.
type Made = Arc<std::sync::Mutex<Vec<Arc<AtomicBool>>>>;

struct Explored {
    made: Made,
    acts_by_itself: bool,
}

/// Listens from `listen` until it is dropped.
struct Listening(Arc<AtomicBool>);

impl Listen for Listening {
    fn listen(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

impl Tool for Explored {
    type Listener = Listening;

    fn listener(&self) -> Listening {
        let listens = Arc::new(AtomicBool::new(false));
        self.made.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&listens));
        Listening(listens)
    }

    fn acts_by_itself(&self) -> bool {
        self.acts_by_itself
    }
}

fn tool(acts_by_itself: bool) -> (Arc<Switch<Explored>>, Made) {
    let made = Made::default();
    (Switch::new(Explored { made: Arc::clone(&made), acts_by_itself }), made)
}

fn listening(made: &Made) -> usize {
    let made = made.lock().unwrap_or_else(PoisonError::into_inner).clone();
    made.iter().filter(|listens| listens.load(Ordering::SeqCst)).count()
}

/// Whether the current listener listens.
///
/// One of an earlier period may be about to be dropped beside it.
fn own_listens(switch: &Switch<Explored>) -> bool {
    switch.listener().is_some_and(|listener| listener.0.load(Ordering::SeqCst))
}

fn steps(switch: &Arc<Switch<Explored>>, made: &Made, steps: fn(&Arc<Switch<Explored>>, &Made)) -> Steps {
    let (switch, made) = (Arc::clone(switch), Arc::clone(made));
    Box::new(move || steps(&switch, &made))
}

#[test]
fn a_guard_keeps_one_listener_whichever_guards_are_dropped_meanwhile() {
    explore(|| {
        let (switch, made) = tool(false);
        let guard = |switch: &Arc<Switch<Explored>>, made: &Made| {
            let guard = switch.enable_scoped();
            assert!(own_listens(switch) && listening(made) > 0);
            drop(guard);
        };
        at_once([steps(&switch, &made, guard), steps(&switch, &made, guard), steps(&switch, &made, guard)]);
        assert_eq!((switch.is_on(), listening(&made)), (false, 0));
    });
}

#[test]
fn a_tool_that_is_enabled_and_disabled_at_once_is_wholly_on_or_wholly_off() {
    for acts_by_itself in [false, true] {
        explore(move || {
            let (switch, made) = tool(acts_by_itself);
            at_once([
                steps(&switch, &made, |switch, _| switch.enable()),
                steps(&switch, &made, |switch, _| switch.disable()),
                steps(&switch, &made, |switch, _| drop(switch.enable_scoped())),
            ]);
            assert_eq!(usize::from(switch.is_on()), listening(&made));
            assert_eq!(switch.is_on(), switch.lock().is_enabled, "no guard is left");
            switch.disable();
            assert_eq!((switch.is_on(), listening(&made)), (false, 0));
            assert_eq!(Arc::strong_count(&switch), 1, "a tool that is off does not own itself");
        });
    }
}

#[test]
fn what_was_enabled_stays_on_when_guards_of_others_end() {
    explore(|| {
        let (switch, made) = tool(false);
        at_once([
            steps(&switch, &made, |switch, made| {
                switch.enable();
                assert!(own_listens(switch) && listening(made) > 0);
            }),
            steps(&switch, &made, |switch, _| drop(switch.enable_scoped())),
            steps(&switch, &made, |switch, _| drop(switch.enable_scoped())),
        ]);
        assert_eq!((switch.is_on(), listening(&made)), (true, 1));
    });
}
