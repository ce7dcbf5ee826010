//! Longer programs nobody thought of, in which all kinds of scopes and steps are mixed.

use std::env;
use std::sync::Arc;

use crate::program::{Program, Scope, Setup, Step};
use crate::runner::run_all;
use crate::shown::{Local, Values};

/// How many programs each test runs, if not as many as it says.
const COUNT: &str = "ENTERED_PROGRAMS";

const LONGEST: usize = 40;
/// The first resources are entered as spans, the others as scopes.
///
/// No adapter enters one resource in both ways.
const RESOURCES: usize = 7;
const SPAN_RESOURCES: usize = 4;
const OF_EACH: usize = 2;
const GUARDS: usize = 3;

/// How often steps of spans and of scopes are drawn.
const SPANS: usize = 60;
const SCOPES: usize = 50;

/// How often other kinds of steps are drawn.
#[derive(Clone, Copy)]
struct Mix {
    stays: usize,
    guards: usize,
    /// All that is not met often: panics, layers that go, resources made on the way.
    rare: usize,
    elsewhere: usize,
    /// The number of values; where they are few, the very same value is set in several places.
    values: usize,
}

const PLAIN: Mix = Mix { stays: 0, guards: 0, rare: 20, elsewhere: 0, values: 99 };

/// Draws programs, the same in each run.
struct Draw {
    state: u64,
    mix: Mix,
    last_value: usize,
}

impl Draw {
    /// The next number of SplitMix64.
    fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.number() % end as u64) as usize
    }

    fn local(&mut self) -> Local {
        [Local::A, Local::B][self.below(2)]
    }

    /// No value comes twice in a program, unless there are few.
    fn value(&mut self) -> u32 {
        let values = self.mix.values;
        self.last_value = if values < 99 { self.below(values) } else { (self.last_value + 1) % values };
        1 + self.last_value as u32
    }

    fn values(&mut self) -> Values {
        let is_set = self.below(8);
        [1, 2].map(|bit| (is_set & bit != 0).then(|| self.value()))
    }

    fn all_values(&mut self, count: usize) -> Vec<Values> {
        (0..count).map(|_| self.values()).collect()
    }

    fn span(&mut self) -> usize {
        self.below(SPAN_RESOURCES)
    }

    fn scope_resource(&mut self) -> usize {
        SPAN_RESOURCES + self.below(RESOURCES - SPAN_RESOURCES)
    }

    fn scope(&mut self) -> Scope {
        match self.below(10) {
            0 | 1 => Scope::Resource(self.scope_resource()),
            2..=4 => Scope::Run(self.local(), self.value()),
            5 => Scope::Snapshot(self.below(OF_EACH)),
            // Not covered: guards around and inside such a future, and the very value set in it that surrounds it.
            6 | 7 if self.mix.guards == 0 && self.mix.values == PLAIN.values => Scope::LocalFuture(self.below(OF_EACH)),
            6..=8 => Scope::Tracked(self.below(OF_EACH)),
            _ => Scope::Automatic(self.below(OF_EACH)),
        }
    }

    fn step(&mut self) -> Step {
        let Mix { stays, guards, rare, elsewhere, .. } = self.mix;
        let mut left = self.below(SPANS + SCOPES + stays + guards + rare + elsewhere);
        let mut is_of = |share: usize| {
            let is_it = left < share;
            left = left.wrapping_sub(share);
            is_it
        };
        match () {
            () if is_of(SPANS / 2) => Step::Enter(self.span()),
            () if is_of(SPANS / 2) => Step::Leave(self.span()),
            () if is_of(SCOPES / 2) => Step::Open(self.scope()),
            () if is_of(SCOPES / 2) => Step::Close,
            () if is_of(stays) => Step::Stay(self.local(), self.value()),
            () if is_of(guards) => self.step_of_guards(),
            () if is_of(rare) => self.rare_step(),
            () => self.step_elsewhere(),
        }
    }

    fn step_of_guards(&mut self) -> Step {
        match self.below(2) {
            0 => Step::Guard(self.below(GUARDS), self.local(), self.value()),
            _ => Step::Drop(self.below(GUARDS)),
        }
    }

    fn rare_step(&mut self) -> Step {
        match self.below(12) {
            0 => Step::LeaveResource(self.span()),
            1 => Step::End(self.span()),
            2 => Step::LayerGoes,
            3 | 4 => Step::Done,
            5 => Step::Unwind(None),
            6 => Step::Unwind(Some(self.span())),
            7..=9 => Step::Make(self.span()),
            10 => Step::Snapshot(self.below(OF_EACH)),
            _ => Step::Spawn(self.below(OF_EACH)),
        }
    }

    fn step_elsewhere(&mut self) -> Step {
        match self.below(5) {
            0 | 1 => Step::EnterElsewhere(self.span()),
            2 | 3 => Step::LeaveElsewhere(self.span()),
            _ => Step::StayElsewhere(self.local(), self.value()),
        }
    }

    fn program(&mut self) -> Program {
        let setup = Setup {
            resources: self.all_values(RESOURCES),
            snapshots: self.all_values(OF_EACH),
            local_futures: [Local::A, Local::B].map(|local| (local, self.value())).to_vec(),
            tracked: self.all_values(OF_EACH),
            automatic: self.all_values(OF_EACH),
        };
        let length = 1 + self.below(LONGEST);
        let steps = (0..length).map(|_| self.step()).collect();
        Program { setup: Arc::new(setup), steps }
    }
}

fn check(seed: u64, count: usize, mix: Mix) {
    let wanted = env::var(COUNT).ok().map(|count| count.parse().expect("a number of programs"));
    let mut draw = Draw { state: seed, mix, last_value: 0 };
    run_all((0..wanted.unwrap_or(count)).map(|_| draw.program()));
}

#[test]
fn any_program_of_spans_and_scopes_shows_what_is_still_entered() {
    check(1, 3_000, PLAIN);
}

#[test]
fn any_program_with_values_that_stay_shows_what_is_still_entered() {
    check(2, 3_000, Mix { stays: 15, ..PLAIN });
}

#[test]
fn any_program_with_guards_shows_what_is_still_entered() {
    check(3, 3_000, Mix { guards: 30, ..PLAIN });
}

#[test]
fn any_program_with_guards_and_values_that_stay_shows_what_is_still_entered() {
    check(4, 3_000, Mix { stays: 15, guards: 30, ..PLAIN });
}

#[test]
fn any_program_that_sets_few_values_often_shows_what_is_still_entered() {
    check(5, 3_000, Mix { stays: 15, values: 4, ..PLAIN });
}

#[test]
fn any_program_on_two_threads_shows_what_is_still_entered_on_each() {
    check(6, 1_000, Mix { stays: 10, elsewhere: 30, ..PLAIN });
}
