use super::*;

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

fn open_ids(slot: &ThreadSlot) -> Vec<u64> {
    slot.open().iter().map(|open| open.id).collect()
}

fn leave(slot: &ThreadSlot, number: u64, limit: u64, now: u64) -> Option<u64> {
    slot.leave(slot.place_of(id(number))?, limit, at(now))
}

#[test]
fn a_scope_that_took_the_limit_is_late_and_a_shorter_one_is_not() {
    let slot = ThreadSlot::new();
    slot.enter(id(7), at(1_000), alive, true);
    assert_eq!(leave(&slot, 7, 100, 1_099), None);
    slot.enter(id(7), at(2_000), alive, true);
    assert_eq!(leave(&slot, 7, 100, 2_100), Some(100));
    slot.enter(id(7), at(3_000), alive, true);
    assert_eq!(leave(&slot, 7, u64::MAX, u64::MAX), None, "no time is the longest there is");
    assert_eq!(leave(&slot, 7, 0, 3_000), None, "it is not open any more");
}

#[test]
fn with_a_limit_of_zero_everything_is_late_even_when_the_clock_jumps_back() {
    let slot = ThreadSlot::new();
    slot.enter(id(7), at(5_000), alive, true);
    assert_eq!(late(&slot.open(), 0, at(10)), [(0, 0)]);
    assert_eq!(late(&slot.open(), 1, at(10)), []);
    assert_eq!(leave(&slot, 7, 0, 10), Some(0));
    slot.enter(id(7), at(5_000), alive, true);
    assert_eq!(leave(&slot, 7, 1, 10), None);
}

#[test]
fn the_innermost_scope_that_was_too_long_is_the_late_one() {
    let slot = ThreadSlot::new();
    slot.enter(id(1), at(0), alive, true);
    slot.enter(id(2), at(5), alive, true);
    slot.enter(id(3), at(10), alive, true);
    assert_eq!(late(&slot.open(), 100, at(111)), [(2, 101)]);
    assert_eq!(leave(&slot, 3, 100, 111), Some(101));
    // What 2 took beside 3 is six ticks.
    assert_eq!(leave(&slot, 2, 100, 112), None);
    assert_eq!(late(&slot.open(), 100, at(113)), []);
    assert_eq!(leave(&slot, 1, 100, 113), None);
}

#[test]
fn many_short_scopes_inside_make_the_scope_around_them_late() {
    let slot = ThreadSlot::new();
    slot.enter(id(1), at(0), alive, true);
    for begin in [0, 40, 80] {
        slot.enter(id(2), at(begin), alive, true);
        assert_eq!(leave(&slot, 2, 100, begin + 40), None);
    }
    assert_eq!(late(&slot.open(), 100, at(120)), [(0, 120)]);
    assert_eq!(leave(&slot, 1, 100, 120), Some(120));
}

#[test]
fn two_that_are_both_too_long_for_themselves_are_both_late() {
    let slot = ThreadSlot::new();
    slot.enter(id(1), at(0), alive, true);
    slot.enter(id(2), at(150), alive, true);
    assert_eq!(late(&slot.open(), 100, at(250)), [(1, 100), (0, 250)]);
    assert_eq!(leave(&slot, 2, 100, 250), Some(100));
    assert_eq!(leave(&slot, 1, 100, 250), Some(250));
}

#[test]
fn a_scope_left_open_inside_is_closed_with_the_scope_around_it() {
    let slot = ThreadSlot::new();
    slot.enter(id(1), at(0), alive, true);
    slot.enter(id(2), at(1), alive, true);
    assert_eq!(open_ids(&slot), [1, 2]);
    leave(&slot, 1, 100, 2);
    assert!(open_ids(&slot).is_empty());
    assert_eq!(leave(&slot, 2, 0, 3), None);
    slot.enter(id(3), at(4), alive, true);
    assert_eq!(open_ids(&slot), [3]);
}

#[test]
fn one_resource_may_be_entered_inside_itself() {
    let slot = ThreadSlot::new();
    slot.enter(id(1), at(0), alive, true);
    slot.enter(id(1), at(10), alive, true);
    assert_eq!(leave(&slot, 1, 0, 15), Some(5));
    assert_eq!(open_ids(&slot), [1]);
    assert_eq!(leave(&slot, 1, 0, 20), Some(20));
}

#[test]
fn a_scope_that_is_too_deep_is_not_timed_and_the_others_are() {
    let slot = ThreadSlot::new();
    for number in 1..=100 {
        slot.enter(id(number), at(number), alive, true);
    }
    assert_eq!(open_ids(&slot).len(), DEPTH);
    for number in (1..=100).rev() {
        assert_eq!(leave(&slot, number, 0, 200).is_some(), number <= DEPTH as u64);
    }
    assert!(open_ids(&slot).is_empty());
}

#[test]
fn a_scope_is_marked_as_reported_once_and_not_when_it_is_over() {
    let slot = ThreadSlot::new();
    slot.enter(id(1), at(0), alive, true);
    let [open] = slot.open()[..] else { panic!("one is open") };
    assert!(slot.mark_reported(&open) && !slot.mark_reported(&open));
    leave(&slot, 1, 100, 1);
    slot.enter(id(1), at(2), alive, true);
    let [again] = slot.open()[..] else { panic!("one is open") };
    assert!(!slot.mark_reported(&open), "that one is over");
    assert!(slot.mark_reported(&again), "and this is another");
}

/// A reader that mixes two scopes sees an id and a time that never belonged together.
///
/// Each scope is entered when the clock shows its id.
#[test]
fn a_reader_never_mixes_two_scopes() {
    use std::sync::atomic::AtomicBool;
    let (slot, has_seen_enough) = (ThreadSlot::new(), AtomicBool::new(false));
    let mixed = thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let seen = std::iter::repeat_with(|| slot.scopes[0].read(0)).flatten().take(3_000_000);
            let mixed = seen.filter(|open| open.id != open.since.ticks()).count();
            has_seen_enough.store(true, Ordering::Relaxed);
            mixed
        });
        for number in (1..).take_while(|_| !has_seen_enough.load(Ordering::Relaxed)) {
            slot.enter(id(number), at(number), alive, true);
            leave(&slot, number, u64::MAX, number);
        }
        reader.join().unwrap_or(usize::MAX)
    });
    assert_eq!(mixed, 0);
}

#[test]
fn where_very_many_are_open_those_of_destroyed_resources_are_removed_and_the_others_stay_timed() {
    let slot = ThreadSlot::new();
    let is_even = |id: AsyncId| id.as_u64() % 2 == 0;
    for number in 1..=CROWDED as u64 {
        slot.enter(id(number), at(number), is_even, true);
    }
    assert_eq!(open_ids(&slot).len(), CROWDED, "the stack is not crowded yet");
    let reported = slot.open()[2];
    assert!(slot.mark_reported(&reported));
    slot.enter(id(101), at(101), is_even, true);
    assert_eq!(open_ids(&slot), [1, 3, 5, 7, 9, 11, 13, 15, 101]);
    assert!(!slot.mark_reported(&slot.open()[1]), "a scope that was moved stays reported");
    assert_eq!(leave(&slot, 3, 0, 203), Some(200));
    assert_eq!(open_ids(&slot), [1]);
}

#[test]
fn a_thousand_scopes_of_destroyed_resources_leave_room_for_the_next() {
    let slot = ThreadSlot::new();
    for number in 1..=1_000 {
        slot.enter(id(number), at(number), |_| true, true);
    }
    assert!(open_ids(&slot).contains(&1_000), "{:?}", open_ids(&slot));
}
