//! What is the least that anything costs here?

use std::cell::Cell;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_hooks_benches::{Case, Question};

thread_local! {
    static CELL: Cell<u64> = const { Cell::new(0) };
}

static ATOMIC: AtomicU64 = AtomicU64::new(0);
static MUTEX: Mutex<u64> = Mutex::new(0);

pub(crate) fn question() -> Question {
    CELL.set(black_box(1));
    Question::new("What is the least that anything costs here?")
        .case(Case::floor("an empty loop", |sample| sample.time(|| ())))
        .case(Case::floor("thread-local Cell<u64> read", |sample| sample.time(|| CELL.get())))
        .case(Case::floor("atomic load", |sample| sample.time(|| ATOMIC.load(Ordering::Relaxed))))
        .case(Case::floor("atomic fetch_add", |sample| sample.time(|| ATOMIC.fetch_add(1, Ordering::Relaxed))))
        .case(Case::floor("Mutex lock and unlock, alone", |sample| {
            sample.time(|| MUTEX.lock().map(|value| *value).unwrap_or_default());
        }))
        .case(Case::floor("Arc<u64> clone and drop", |sample| {
            let value = Arc::new(1_u64);
            sample.time(|| Arc::clone(black_box(&value)));
        }))
        .case(Case::floor("Arc<u64> new and drop", |sample| sample.time(|| Arc::new(black_box(1_u64)))))
}
