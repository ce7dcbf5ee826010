//! Programs that have failed once.

use crate::does_what_the_model_says;
use crate::program::{Act, Around, Program, Step};
use crate::world::{Tasks, Threads};

fn passes(steps: Vec<Step>) {
    let program = Program(steps);
    for threads in [Threads::One, Threads::TwoWorkers] {
        does_what_the_model_says(&program, Tasks::Wrapped, threads)
            .unwrap_or_else(|error| panic!("{program:?}\n{error}"));
    }
}

#[test]
fn an_exited_future_stays_exited_when_its_exited_surroundings_enter_a_value() {
    let exit = Around::Local(0, None);
    let meanwhile = vec![Act::EnterWith(0, 1)];
    let then = vec![Step::Acts(vec![])];
    passes(vec![Step::Await(exit, vec![Step::Interleave { around: exit, first: vec![], meanwhile, then }])]);
}
