//! The same programs with tasks that tokio spawns: the same rules, but no `resolve`.

use proptest::prelude::*;

use crate::program::program;
use crate::world::{Tasks, Threads};
use crate::{config, does_what_the_model_says};

proptest! {
    #![proptest_config(config(3000))]
    #[test]
    fn a_program_of_plain_tasks_on_one_thread_does_what_the_model_says(program in program()) {
        does_what_the_model_says(&program, Tasks::Plain, Threads::One)?;
    }
}

proptest! {
    #![proptest_config(config(2000))]
    #[test]
    fn a_program_of_plain_tasks_on_two_workers_does_what_the_model_says(program in program()) {
        does_what_the_model_says(&program, Tasks::Plain, Threads::TwoWorkers)?;
    }
}
