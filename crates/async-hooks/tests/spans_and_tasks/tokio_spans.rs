//! The same values where tokio's own spans are resources, too.
//!
//! Those of plain tasks, of blocking jobs, and of the worker threads, which tokio runs as blocking jobs.
//!
//! Each test is a process of its own, because a process has one subscriber.

use tracing_subscriber::filter::LevelFilter;

use crate::child::passes_in_child;
use crate::{install_layer_for, values};

fn with_the_spans_of_tokio(name: &str, test: fn()) {
    passes_in_child(&format!("tokio_spans::{name}"), || {
        install_layer_for(LevelFilter::TRACE);
        test();
    });
}

#[test]
fn a_span_brings_its_values_to_tasks_and_jobs() {
    with_the_spans_of_tokio("a_span_brings_its_values_to_tasks_and_jobs", || {
        values::a_span_brings_its_values_to_a_task_that_is_instrumented_with_it();
        values::a_span_of_the_root_future_brings_its_values_there();
        values::a_span_brings_its_values_to_blocking_jobs_and_to_the_tasks_of_a_set();
    });
}

#[test]
fn what_a_task_was_spawned_with_gives_way_and_what_it_has_set_stays() {
    with_the_spans_of_tokio("what_a_task_was_spawned_with_gives_way_and_what_it_has_set_stays", || {
        values::what_a_task_was_spawned_with_gives_way_to_a_span_inside_it();
        values::what_a_task_has_set_for_a_future_stays_on_top_of_a_span();
    });
}

#[test]
fn a_worker_runs_the_work_of_another_request_with_that_ones_values() {
    with_the_spans_of_tokio("a_worker_runs_the_work_of_another_request_with_that_ones_values", || {
        values::a_worker_started_in_one_request_runs_the_work_of_another_with_that_ones_values();
        values::what_a_worker_has_set_itself_stays_on_top_of_the_work_of_others();
    });
}
