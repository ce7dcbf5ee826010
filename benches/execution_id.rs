//! What does reading the ids of the executing resource cost?

use std::cell::Cell;
use std::hint::black_box;

use async_hooks::{AsyncResource, execution_async_id, execution_async_resource, trigger_async_id};
use async_hooks_benches::{Bar, Case, Question, Sample};

thread_local! {
    static CELL: Cell<u64> = const { Cell::new(0) };
}

const FLOOR: &str = "thread-local Cell<u64> read";

pub(crate) fn question() -> Question {
    CELL.set(black_box(1));
    Question::new("What does reading the ids of the executing resource cost?")
        .case(Case::floor(FLOOR, |sample| sample.time(|| CELL.get())))
        .case(
            Case::new("execution_async_id()", |sample| in_resource(sample, execution_async_id))
                .bar(Bar::Instructions(8))
                .bar(Bar::TimeOf(FLOOR, 1.5)),
        )
        .case(
            Case::new("trigger_async_id()", |sample| in_resource(sample, trigger_async_id))
                .bar(Bar::Instructions(8))
                .bar(Bar::TimeOf(FLOOR, 1.5)),
        )
        .case(Case::new("execution_async_resource()", |sample| in_resource(sample, execution_async_resource)))
}

fn in_resource<R>(sample: &mut Sample, read: impl Fn() -> R) {
    AsyncResource::new("bench").run_in_async_scope(|| sample.time(read));
}
