use std::sync::Barrier;
use std::thread;

use super::*;
use crate::context::inheritance::{Fork, is_forked, registrations_of};

const GENERATIONS: Key = !(GENERATION - 1);

/// Each test names its forks, to tell its registrations from those of other tests.
fn fork(name: &'static str) -> InheritPolicy {
    InheritPolicy::Fork(Fork::new(name, |_| None))
}

fn forked(name: &'static str) -> (LocalKey, Key) {
    let key = LocalKey::new();
    let first = key.assign(fork(name), false);
    (key, first)
}

/// A local that has used up all generations of its number but the last.
fn in_last_generation(name: &'static str) -> (LocalKey, Key) {
    let (key, first) = forked(name);
    key.0.store(first | GENERATIONS, Ordering::Relaxed);
    (key, first | GENERATIONS)
}

fn at_once(threads: usize, f: impl Fn() + Sync) {
    let start = Barrier::new(threads);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                start.wait();
                f();
            });
        }
    });
}

#[test]
fn renewing_a_key_never_assigned_leaves_it_unassigned() {
    let key = LocalKey::new();
    key.renew();
    assert_eq!(key.get(), UNASSIGNED);
}

#[test]
fn no_local_lies_beside_the_scopes_of_hooks() {
    // The lowest bits of a key are its number.
    let numbers = Vec::from_iter((0..200).map(|_| next_number()));
    assert!(numbers.iter().all(|number| !is_kept_free(*number)), "{numbers:?}");
    let key = LocalKey::new();
    assert!(!is_kept_free(key.assign(InheritPolicy::Always, true)));
}

#[test]
fn a_key_renewed_at_its_last_generation_gets_another_number() {
    for policy in [InheritPolicy::Always, InheritPolicy::Barrier, fork("renumbered")] {
        let key = LocalKey::new();
        let first = key.assign(policy, false);
        key.0.fetch_or(GENERATIONS, Ordering::Relaxed);
        key.renew();
        let renumbered = key.get();
        assert!(renumbered != UNASSIGNED && renumbered != first && renumbered < GENERATION);
        assert_eq!(renumbered & inheritance::POLICY_BITS, first & inheritance::POLICY_BITS);
    }
}

#[test]
fn only_values_under_the_newest_key_of_a_local_are_forked() {
    let (key, first) = forked("newest");
    assert!(is_forked(first));
    key.renew();
    let renewed = key.get();
    assert!(is_forked(renewed) && !is_forked(first));
    key.0.store(renewed | GENERATIONS, Ordering::Relaxed);
    key.renew();
    let renumbered = key.get();
    assert!(is_forked(renumbered) && !is_forked(renewed | GENERATIONS) && !is_forked(renewed));
    assert_eq!(registrations_of("newest"), 1);
    drop(key);
    assert!(!is_forked(renumbered));
    assert_eq!(registrations_of("newest"), 0);
}

#[test]
fn the_second_thread_to_renew_a_key_leaves_the_fork_of_the_first() {
    let (key, first) = forked("second");
    key.renew_from(first);
    key.renew_from(first);
    assert_eq!(key.get(), first + GENERATION);
    assert!(is_forked(key.get()) && !is_forked(first));
    assert_eq!(registrations_of("second"), 1);
}

#[test]
fn the_second_thread_to_renew_a_key_retires_old_values_even_if_the_first_has_not_yet() {
    let (key, first) = forked("overtaken");
    // The first thread has exchanged the key and done nothing else.
    key.0.store(first + GENERATION, Ordering::Relaxed);
    key.renew_from(first);
    assert!(is_forked(first + GENERATION) && !is_forked(first));
}

#[test]
fn a_thread_that_is_late_to_retire_old_values_does_not_revive_newer_ones() {
    let (key, first) = forked("late");
    key.renew();
    key.renew();
    key.renew_from(first);
    assert_eq!(key.get(), first + 2 * GENERATION);
    assert!(is_forked(key.get()) && !is_forked(first + GENERATION) && !is_forked(first));
}

#[test]
fn two_threads_that_renumber_a_local_leave_one_registration() {
    let (key, last) = in_last_generation("both renumber");
    let [one, other] = [(); 2].map(|()| inheritance::register_again(next_number(), last));
    assert_eq!(registrations_of("both renumber"), 3);
    assert_eq!((key.publish(last, one), key.publish(last, other)), (one, one));
    assert!(is_forked(one) && !is_forked(other) && !is_forked(last));
    assert_eq!(registrations_of("both renumber"), 1);
}

#[test]
fn a_thread_that_renumbers_a_local_after_another_has_registers_nothing() {
    let (key, last) = in_last_generation("late to renumber");
    key.renew();
    let renumbered = key.get();
    key.renew_from(last);
    assert_eq!((key.get(), registrations_of("late to renumber")), (renumbered, 1));
    assert!(is_forked(renumbered));
}

#[test]
fn the_second_thread_to_renumber_a_local_retires_old_values_even_if_the_first_has_not_yet() {
    let (key, last) = in_last_generation("renumber overtaken");
    let fresh = inheritance::register_again(next_number(), last);
    // The first thread has exchanged the key and done nothing else.
    key.0.store(fresh, Ordering::Relaxed);
    key.renew_from(last);
    assert!(is_forked(fresh) && !is_forked(last));
}

#[test]
fn two_threads_that_assign_a_key_leave_one_registration() {
    let key = LocalKey::new();
    let [one, other] = [(); 2].map(|()| inheritance::register(next_number(), fork("both assign")));
    assert_eq!((key.publish(UNASSIGNED, one), key.publish(UNASSIGNED, other)), (one, one));
    assert!(is_forked(one) && !is_forked(other));
    assert_eq!(registrations_of("both assign"), 1);
}

#[test]
fn threads_that_assign_and_renew_a_key_at_once_leave_one_registration() {
    for _ in 0..200 {
        let key = LocalKey::new();
        at_once(3, || {
            key.assign(fork("storm"), false);
            (0..20).for_each(|_| key.renew());
        });
        assert!(is_forked(key.get()));
        assert_eq!(registrations_of("storm"), 1);
    }
    assert_eq!(registrations_of("storm"), 0);
}

#[test]
fn threads_that_use_up_the_generations_of_a_number_at_once_leave_one_registration() {
    for _ in 0..200 {
        let (key, last) = in_last_generation("renumbering storm");
        // Each call of `renew` sees the key change once at least, so the last of 20 calls finds no generation left.
        key.0.store(last - 19 * GENERATION, Ordering::Relaxed);
        at_once(3, || (0..20).for_each(|_| key.renew()));
        assert!(key.get() < last - 19 * GENERATION, "the local has another number");
        assert!(is_forked(key.get()) && !is_forked(last));
        assert_eq!(registrations_of("renumbering storm"), 1);
    }
    assert_eq!(registrations_of("renumbering storm"), 0);
}
