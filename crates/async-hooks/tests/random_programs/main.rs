//! Random programs of tasks, futures, callbacks and scopes, compared with a model.
//!
//! `program` is the tree and how it grows, `model` says what it must do by the rules, `interpret` runs it. One log per
//! task is compared, so the interleaving of tasks does not matter, and a failure shrinks to a small program. Its seed
//! is written to `failing-seeds.txt` beside this file and is tried first from then on; the shrunk program belongs in
//! `kept`. `RANDOM_PROGRAMS=100000` sets the number of programs of each test.

mod program;

mod outcome;

#[cfg(tokio_unstable)]
#[path = "tracking.rs"]
mod built;
#[cfg(not(tokio_unstable))]
mod built;

mod life;

mod world;

mod model;

mod interpret;

mod kept;

#[cfg(tokio_unstable)]
mod plain_tasks;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, FileFailurePersistence, TestCaseResult, TestRunner};

use program::{Program, program};
use world::{Tasks, Threads};

fn config(default_cases: u32) -> Config {
    let parsed = |count: String| count.parse().unwrap_or_else(|_| panic!("RANDOM_PROGRAMS is not a number: {count}"));
    let cases = std::env::var("RANDOM_PROGRAMS").map_or(default_cases, parsed);
    let seeds = FileFailurePersistence::Direct("tests/random_programs/failing-seeds.txt");
    Config { cases, max_shrink_iters: 20_000, failure_persistence: Some(Box::new(seeds)), ..Config::default() }
}

proptest! {
    #![proptest_config(config(6000))]
    #[test]
    fn a_program_on_one_thread_does_what_the_model_says(program in program()) {
        does_what_the_model_says(&program, Tasks::Wrapped, Threads::One)?;
    }
}

proptest! {
    #![proptest_config(config(4000))]
    #[test]
    fn a_program_on_two_workers_does_what_the_model_says(program in program()) {
        does_what_the_model_says(&program, Tasks::Wrapped, Threads::TwoWorkers)?;
    }
}

fn does_what_the_model_says(program: &Program, tasks: Tasks, threads: Threads) -> TestCaseResult {
    let (seen, expected) = (interpret::outcome(program, tasks, threads), model::outcome(program, tasks));
    // One by one, so that no more than one is shown.
    for (name, log) in &expected.logs {
        prop_assert_eq!(seen.logs.get(name), Some(log), "the log of {}", name);
    }
    prop_assert_eq!(seen, expected);
    Ok(())
}

/// Every construct and every way to end occurs often, so none can lose its share unnoticed.
#[test]
fn programs_are_of_every_kind() {
    const KINDS: &str = "Yield Await( Interleave Discard( Cancel( Park Join( EnterWith( Enter( Leave( Call( Capture \
                         Bind( CallBound( Spawn( SpawnBlocking( Panic Snapshot( Catch Creator Strand \
                         Joined(Done) Joined(Panicked) Joined(Parked)";
    let mut runner = TestRunner::deterministic();
    let mut programs = Vec::new();
    for _ in 0..500 {
        let program = program().new_tree(&mut runner).unwrap().current();
        programs.push(format!("{program:?} {:?}", model::outcome(&program, Tasks::Wrapped)));
    }
    for kind in KINDS.split_whitespace() {
        let count = programs.iter().filter(|program| program.contains(kind)).count();
        assert!(count >= 20, "{kind} is in {count} of {} programs", programs.len());
    }
}
