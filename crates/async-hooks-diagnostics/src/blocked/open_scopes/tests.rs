use super::*;
use std::thread;

fn id(number: u64) -> AsyncId {
    AsyncId::from_u64(number).expect("not zero")
}

fn at(ticks: u64) -> Moment {
    Moment::from_ticks(ticks)
}

/// No resource was destroyed.
fn alive(_: AsyncId) -> bool {
    false
}

#[test]
fn threads_that_end_leave_no_slot_behind() {
    let scopes = OpenScopes::new();
    for _ in 0..200 {
        let scopes = Arc::clone(&scopes);
        thread::spawn(move || scopes.enter(id(1), || at(1), alive, true)).join().expect("it only enters");
    }
    assert_eq!(scopes.slots().len(), 0);
    assert!(scopes.slots.lock().expect("nobody panics").len() <= 8);
}

#[test]
fn a_thread_drops_its_slots_of_watches_that_are_gone() {
    for _ in 0..100 {
        let scopes = OpenScopes::new();
        scopes.enter(id(1), || at(1), alive, true);
        scopes.leave(id(1), u64::MAX, || at(1));
    }
    OpenScopes::new().enter(id(1), || at(1), alive, true);
    assert_eq!(OWN_SLOTS.with_borrow(Vec::len), 1);
}
