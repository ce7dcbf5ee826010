//! Threads that assign and renew one key at once, in many orders of their steps.
//!
//! The registrations are the process's, so these models run one after the other: with `--test-threads=1`.

use std::sync::Arc;

use async_hooks_explorer::{Steps, at_once, explore};

use super::*;
use crate::context::inheritance::{Fork, is_forked, registrations_of};

fn fork(name: &'static str) -> InheritPolicy {
    InheritPolicy::Fork(Fork::new(name, |_| None))
}

fn steps(key: &Arc<LocalKey>, steps: fn(&LocalKey)) -> Steps {
    let key = Arc::clone(key);
    Box::new(move || steps(&key))
}

#[test]
fn a_local_that_two_threads_disable_is_forked_on() {
    explore(|| {
        let key = Arc::new(LocalKey::new());
        let first = key.assign(fork("disabled"), false);
        at_once([steps(&key, LocalKey::renew), steps(&key, LocalKey::renew)]);
        assert!(is_forked(key.get()) && !is_forked(first));
        assert_eq!(registrations_of("disabled"), 1);
        drop(key);
        assert_eq!(registrations_of("disabled"), 0);
    });
}

#[test]
fn a_local_that_is_disabled_at_its_last_generation_is_forked_on() {
    explore(|| {
        let key = Arc::new(LocalKey::new());
        let last = key.assign(fork("renumbered"), false) | !(GENERATION - 1);
        key.0.store(last, Ordering::Relaxed);
        at_once([steps(&key, LocalKey::renew), steps(&key, LocalKey::renew), steps(&key, LocalKey::renew)]);
        assert!(!is_forked(last));
        assert!(is_forked(key.get()));
        assert_eq!(registrations_of("renumbered"), 1);
        drop(key);
        assert_eq!(registrations_of("renumbered"), 0);
    });
}

#[test]
fn threads_that_set_a_local_for_the_first_time_agree_on_its_key() {
    explore(|| {
        let key = Arc::new(LocalKey::new());
        let set = |key: &LocalKey| {
            let assigned = key.assigned().unwrap_or_else(|| key.assign(fork("first"), false));
            assert!(is_forked(assigned));
            assert_eq!(assigned, key.get());
        };
        at_once([steps(&key, set), steps(&key, set), steps(&key, set)]);
        assert_eq!(registrations_of("first"), 1);
        drop(key);
        assert_eq!(registrations_of("first"), 0);
    });
}
