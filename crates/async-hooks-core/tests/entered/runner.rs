//! Runs many programs, and makes a short one of each that fails.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic;
use std::thread;

use async_hooks_core::runtime;

use crate::machine::{self, Failure};
use crate::program::{Program, Step};

/// More distinct failures than these are not looked for.
const MOST_FAILURES: usize = 10;

/// Runs all programs, and returns how many there were.
///
/// Panics with the failures, if there are any.
pub(crate) fn run_all(mut programs: impl Iterator<Item = Program> + Send) -> usize {
    let mut count = 0;
    let mut failed = 0;
    let mut failures = BTreeMap::new();
    while failures.len() < MOST_FAILURES && failed < 10 * MOST_FAILURES {
        match alone(|| run_on_this_thread(&mut programs, &mut count)) {
            ControlFlow::Break(()) => break,
            ControlFlow::Continue(None) => {}
            ControlFlow::Continue(Some(program)) => {
                failed += 1;
                let program = shrunk(program);
                failures.entry(shape(&program)).or_insert_with(|| {
                    described(&program).unwrap_or_else(|| format!("{program}\n    failed once, and passes now"))
                });
            }
        }
    }
    let failures = Vec::from_iter(failures.into_values());
    assert!(failures.is_empty(), "{failed} of {count} programs failed; shortened:\n\n{}\n", failures.join("\n\n"));
    count
}

/// Runs programs until they are over, or one has failed, or the thread is not as it was.
fn run_on_this_thread(
    programs: &mut impl Iterator<Item = Program>,
    count: &mut usize,
) -> ControlFlow<(), Option<Program>> {
    let mut layer = runtime::begin_layer();
    let mut outcome = ControlFlow::Break(());
    for program in programs {
        *count += 1;
        let ran = machine::run(&program, &mut layer);
        if ran.failure.is_some() || ran.is_thread_changed {
            outcome = ControlFlow::Continue(ran.failure.map(|_| program));
            break;
        }
    }
    runtime::end_layer(layer);
    outcome
}

/// Runs the program on a thread of its own.
fn failure(program: &Program) -> Option<Failure> {
    alone(|| {
        let mut layer = runtime::begin_layer();
        let outcome = machine::run(program, &mut layer);
        runtime::end_layer(layer);
        outcome.failure
    })
}

/// A thread whose context nobody has changed.
fn alone<R: Send>(f: impl FnOnce() -> R + Send) -> R {
    let outcome = thread::scope(|scope| scope.spawn(f).join());
    outcome.unwrap_or_else(|payload| panic::resume_unwind(payload))
}

/// A program that fails as well, and does not if it is made any simpler.
fn shrunk(mut program: Program) -> Program {
    loop {
        let simpler = program.simpler().find(|simpler| failure(simpler).is_some());
        match simpler {
            Some(simpler) => program = simpler,
            None => return program,
        }
    }
}

/// The same for programs that differ in numbers alone.
fn shape(program: &Program) -> String {
    let steps: String = program.steps.iter().map(Step::to_string).collect();
    steps.replace(|symbol: char| symbol.is_ascii_digit(), "").replace("=B", "=A").replace("B=", "A=")
}

/// What the program does wrong, if it does.
pub(crate) fn described(program: &Program) -> Option<String> {
    let Failure { step, expected, actual } = failure(program)?;
    Some(format!("{program}\n    after {step}\n    expected {expected}\n    actual   {actual}"))
}
