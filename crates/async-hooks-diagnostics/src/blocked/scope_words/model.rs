//! A thread that writes a scope while another reads it.
//!
//! The explorer tries all that a processor may reorder.

use std::sync::Arc;

use async_hooks_explorer::explore_words;
use async_hooks_explorer::loom::{sync::atomic as explored, thread};

use super::*;

impl Word for explored::AtomicU64 {
    fn load(&self, order: Ordering) -> u64 {
        explored::AtomicU64::load(self, order)
    }

    fn store(&self, value: u64, order: Ordering) {
        explored::AtomicU64::store(self, value, order);
    }

    fn fence(order: Ordering) {
        explored::fence(order);
    }
}

type Explored = ScopeWords<explored::AtomicU64>;

fn id(number: u64) -> AsyncId {
    AsyncId::from_u64(number).unwrap_or(AsyncId::ROOT)
}

/// Each scope has one number for its turn, id and time, so a mixture is seen.
fn open(scope: &Explored, number: u64) {
    scope.open(2 * number, id(number), Moment::from_ticks(number));
}

fn assert_whole(read: &OpenScope) {
    assert_eq!((read.turn, read.since.ticks()), (2 * read.id, read.id), "a mixture of two scopes");
}

#[test]
fn a_scope_is_read_whole_or_not_at_all() {
    explore_words(|| {
        let scope = Arc::new(Explored::default());
        let writing = Arc::clone(&scope);
        open(&scope, 7);
        let writer = thread::spawn(move || {
            writing.close();
            open(&writing, 8);
        });
        scope.read(0).iter().for_each(assert_whole);
        assert!(writer.join().is_ok());
        assert_eq!(scope.read(0).map(|read| read.id), Some(8));
    });
}

#[test]
fn a_scope_that_moves_is_read_whole_in_either_place() {
    explore_words(|| {
        let places = Arc::new([Explored::default(), Explored::default()]);
        let writing = Arc::clone(&places);
        open(&places[0], 7);
        open(&places[1], 8);
        let writer = thread::spawn(move || {
            writing[0].close();
            writing[1].move_to(&writing[0]);
        });
        places.iter().filter_map(|scope| scope.read(0)).for_each(|read| assert_whole(&read));
        assert!(writer.join().is_ok());
        assert_eq!(places[0].read(0).map(|read| read.id), Some(8));
        assert!(places[1].read(1).is_none());
    });
}
