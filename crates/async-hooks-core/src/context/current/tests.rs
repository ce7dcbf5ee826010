//! Readers and writers on one thread: borrowed values stay, written values appear afterwards.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::thread;

use super::{capture, read, swap};
use crate::context::mapping::Mapping;
use crate::context::mapping::node::Key;

const KEY: Key = 1;

fn mapping(number: u32) -> Mapping {
    let mut mapping = Mapping::EMPTY;
    drop(mapping.set(KEY, Some(Arc::new(number))));
    mapping
}

fn number(mapping: &Mapping) -> Option<u32> {
    mapping.get(KEY)?.as_deref()?.downcast_ref().copied()
}

fn write(number: u32) {
    swap(&mut mapping(number));
}

/// On a thread of its own, whose context is empty before and must be whole behind.
fn alone(f: impl FnOnce() + Send + 'static) {
    let outcome = thread::spawn(|| {
        f();
        let mut last = mapping(u32::MAX);
        swap(&mut last);
        assert_eq!(read(number), Some(u32::MAX));
        swap(&mut last);
    });
    outcome.join().unwrap_or_else(|payload| resume_unwind(payload));
}

/// Reads and writes in turns, down to `depth`; each level finds its borrow unchanged.
fn descend(depth: u32, deepest: u32) {
    read(|lent| {
        let found = number(lent);
        if depth < deepest {
            write(depth + 1);
            descend(depth + 1, deepest);
        }
        assert_eq!(number(lent), found);
        assert_eq!(number(&capture()), Some(deepest));
    });
}

#[test]
fn a_reader_borrows_while_a_writer_writes() {
    alone(|| {
        write(1);
        read(|lent| {
            write(2);
            assert_eq!((number(lent), read(number), number(&capture())), (Some(1), Some(2), Some(2)));
        });
        assert_eq!(read(number), Some(2));
    });
}

#[test]
fn readers_and_writers_nest_as_deep_as_they_like() {
    for deepest in 1..=12 {
        alone(move || {
            write(0);
            descend(0, deepest);
            assert_eq!(read(number), Some(deepest));
        });
    }
}

#[test]
fn readers_of_the_same_mapping_fold_when_the_outermost_is_done() {
    alone(|| {
        write(1);
        read(|outer| {
            read(|inner| {
                write(2);
                assert_eq!((number(outer), number(inner)), (Some(1), Some(1)));
            });
            assert_eq!((number(outer), read(number)), (Some(1), Some(2)));
            write(3);
        });
        assert_eq!(read(number), Some(3));
    });
}

#[test]
fn what_is_swapped_in_inside_a_reader_is_swapped_out_behind_it() {
    alone(|| {
        write(1);
        let mut other = mapping(2);
        read(|_| swap(&mut other));
        assert_eq!((read(number), number(&other)), (Some(2), Some(1)));
        swap(&mut other);
        assert_eq!((read(number), number(&other)), (Some(1), Some(2)));
    });
}

#[test]
fn a_panicking_reader_gives_its_loan_back() {
    alone(|| {
        write(0);
        for deepest in 1..=8 {
            let panicking = || {
                read(|_| {
                    descend(0, deepest);
                    resume_unwind(Box::new("reader"))
                })
            };
            let outcome: Result<(), _> = catch_unwind(AssertUnwindSafe(panicking));
            assert!(outcome.is_err_and(|payload| payload.is::<&str>()));
            assert_eq!(read(number), Some(deepest));
            write(0);
        }
    });
}

#[test]
fn nothing_is_kept_above_when_readers_are_done() {
    let held = Arc::new(());
    let holding = Arc::clone(&held);
    alone(move || {
        descend(0, 4);
        let mut mapping = Mapping::EMPTY;
        drop(mapping.set(KEY, Some(Arc::clone(&holding) as _)));
        read(|_| {
            swap(&mut mapping);
            read(|_| read(|_| swap(&mut Mapping::EMPTY.clone())));
        });
        drop(mapping);
        assert_eq!(Arc::strong_count(&holding), 2, "one here, one outside");
    });
    assert_eq!(Arc::strong_count(&held), 1);
}
