//! Random programs of real spans, scopes, guards, tasks, panics and reloaded layers.
//!
//! Each thread is afterwards what it was before, and no task ever sees a value of another.
//!
//! `program` is what tasks do and how it grows, `task` does it, `subscriber` is the layer that comes and goes,
//! `threads` are the runtimes and what their threads must show. `RANDOM_SPANS=1000000` sets the number of programs of
//! each test.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that meets the impossible may stop there")]

mod program;

mod subscriber;

mod task;

mod threads;

use std::cell::RefCell;
use std::env;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use program::{Act, Program, Spawned, Step, program};
use threads::{OneThread, TwoWorkers};

const COUNT: &str = "RANDOM_SPANS";

/// Runs each program on the same threads.
///
/// A program that fails may leave them changed, so the next one gets new threads.
///
/// The programs are the same in each run, unless the environment asks for more of them.
fn check<T>(start: fn() -> T, run: fn(&T, &Program) -> Result<(), String>) {
    let wanted = env::var(COUNT).ok().map(|count| count.parse().expect("a number of programs"));
    let config = Config {
        cases: wanted.unwrap_or(2_000),
        max_shrink_iters: 20_000,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = match wanted {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    let threads = RefCell::new(start());
    let check = |program: &Program| run(&threads.borrow(), program);
    let check_anew = |program: &Program| check(program).inspect_err(|_| drop(threads.replace(start())));
    runner.run(&program(), |program| check_anew(&program).map_err(TestCaseError::fail)).unwrap();
}

#[test]
fn any_program_leaves_its_only_thread_as_it_was() {
    check(OneThread::start, OneThread::run);
}

#[test]
fn any_program_leaves_both_workers_as_they_were() {
    check(TwoWorkers::start, TwoWorkers::run);
}

/// A guard is dropped inside another future than the one that entered it.
#[test]
fn a_guard_that_outlives_its_future_leaves_the_thread_as_it_was() {
    let first = Step::Scoped(0, 1, vec![Step::Acts(vec![Act::Guard(1, 1)])]);
    let second = Step::Scoped(1, 2, vec![Step::Yield, Step::Acts(vec![Act::Leave(1)])]);
    let in_span = Step::Acts(vec![Act::Guard(0, 3), Act::NewSpan(2), Act::Leave(0), Act::Enter(2)]);
    let program = Program(vec![(Spawned::Plain, vec![in_span, first, second])]);
    assert_eq!(OneThread::start().run(&program), Ok(()));
}

/// Every construct is met often, so that none loses its share of the programs unnoticed.
#[test]
fn programs_are_of_every_kind() {
    const KINDS: &str = "Yield Scoped( Tracked( Instrumented( Captured( NewSpan( EndSpan( Enter( Guard( Leave( EnterWith( Run( \
                         InResource( InSnapshot( Elsewhere( Catch( Panic TakeLayerAway GiveLayerBack Wrapped Plain";
    let mut runner = TestRunner::deterministic();
    let mut draw = || format!("{:?}", program().new_tree(&mut runner).unwrap().current());
    let programs: Vec<_> = (0..500).map(|_| draw()).collect();
    for kind in KINDS.split_whitespace() {
        let count = programs.iter().filter(|program| program.contains(kind)).count();
        assert!(count >= 20, "{kind} is in {count} of {} programs", programs.len());
    }
}
