//! All sequences of entering and leaving two spans and one kind of scope, up to a length.

use std::env;
use std::sync::Arc;

use crate::program::{Program, Scope, Setup, Step};
use crate::runner::run_all;
use crate::shown::{Local, NO_VALUES, Values};

/// The two spans, and how they are made.
#[derive(Clone, Copy)]
struct Spans {
    values: [Values; 2],
    made: Made,
}

#[derive(Clone, Copy)]
enum Made {
    AtTheRoot,
    /// The second span is made inside the first.
    InTheOther,
    /// The second span is made inside the scope.
    InTheScope,
}

const ALICE: Values = [Some(1), None];
const BOB: Values = [Some(2), Some(3)];
const CAROL: Values = [None, Some(3)];

const SPANS: [Spans; 7] = [
    Spans { values: [ALICE, BOB], made: Made::AtTheRoot },
    Spans { values: [NO_VALUES, BOB], made: Made::AtTheRoot },
    Spans { values: [ALICE, ALICE], made: Made::AtTheRoot },
    Spans { values: [ALICE, CAROL], made: Made::AtTheRoot },
    Spans { values: [ALICE, NO_VALUES], made: Made::InTheOther },
    Spans { values: [ALICE, NO_VALUES], made: Made::InTheScope },
    Spans { values: [CAROL, NO_VALUES], made: Made::InTheScope },
];

/// A kind of scope: how the outer one and the one in it are opened, and how each is closed.
#[derive(Clone, Copy)]
enum Kind {
    /// Closed in the opposite order, in this way.
    Nested([Scope; 2], Step),
    /// Guards of these locals, dropped in any order.
    Guards([Local; 2]),
}

/// How many scopes are open at a time, and how often each span is entered.
#[derive(Clone, Copy)]
struct Bounds {
    length: usize,
    scopes: usize,
    entered: usize,
}

/// What is entered at one moment of a sequence.
#[derive(Clone, Copy, Default)]
struct State {
    entered: [usize; 2],
    open: usize,
    guards: [bool; 2],
}

impl Kind {
    fn steps(self, state: State, bounds: Bounds) -> Vec<(Step, State)> {
        let mut steps = Vec::new();
        for n in [0, 1] {
            let State { mut entered, .. } = state;
            if entered[n] < bounds.entered {
                entered[n] += 1;
                steps.push((Step::Enter(n), State { entered, ..state }));
                entered[n] -= 1;
            }
            if entered[n] > 0 {
                entered[n] -= 1;
                steps.push((Step::Leave(n), State { entered, ..state }));
            }
        }
        match self {
            Kind::Nested(scopes, close) => {
                if state.open < bounds.scopes {
                    steps.push((Step::Open(scopes[state.open]), State { open: state.open + 1, ..state }));
                }
                if state.open > 0 {
                    steps.push((close, State { open: state.open - 1, ..state }));
                }
            }
            Kind::Guards(locals) => {
                for place in 0..bounds.scopes {
                    let State { mut guards, .. } = state;
                    let is_entered = guards[place];
                    guards[place] = !is_entered;
                    let number = 4 + u32::from(place == 1);
                    let enter = Step::Guard(place, locals[place], number);
                    let step = if is_entered { Step::Drop(place) } else { enter };
                    steps.push((step, State { guards, ..state }));
                }
            }
        }
        steps
    }

    /// All sequences of this length; those that are shorter are their beginnings.
    fn sequences(self, bounds: Bounds) -> Vec<Vec<Step>> {
        let mut sequences = vec![(Vec::new(), State::default())];
        for _ in 0..bounds.length {
            let longer = sequences.into_iter().flat_map(|(steps, state)| {
                self.steps(state, bounds).into_iter().map(move |(step, state)| {
                    let steps: Vec<_> = steps.iter().copied().chain([step]).collect();
                    (steps, state)
                })
            });
            sequences = longer.collect();
        }
        sequences.into_iter().map(|(steps, _)| steps).collect()
    }

    /// What makes the spans that are not made at the root.
    fn prologue(self, made: Made) -> Vec<Step> {
        match (made, self) {
            (Made::AtTheRoot, _) => vec![],
            (Made::InTheOther, _) => vec![Step::Enter(0), Step::Make(1), Step::Leave(0)],
            (Made::InTheScope, Kind::Nested([scope, _], close)) => vec![Step::Open(scope), Step::Make(1), close],
            (Made::InTheScope, Kind::Guards([local, _])) => {
                vec![Step::Guard(0, local, 4), Step::Make(1), Step::Drop(0)]
            }
        }
    }

    fn setup(self, spans: Spans, captured: [Values; 2]) -> Setup {
        let mut setup = Setup { resources: spans.values.to_vec(), ..Setup::default() };
        match self {
            Kind::Nested([Scope::Resource(_), _], _) => setup.resources.extend(captured),
            Kind::Nested([Scope::Snapshot(_), _], _) => setup.snapshots.extend(captured),
            Kind::Nested([Scope::Tracked(_), _], _) => setup.tracked.extend(captured),
            Kind::Nested([Scope::Automatic(_), _], _) => setup.automatic.extend(captured),
            Kind::Nested([Scope::LocalFuture(_), _], _) => setup.local_futures.extend([(Local::A, 4), (Local::B, 5)]),
            _ => {}
        }
        setup
    }
}

/// What the outer scope has captured, and the one in it.
const SOMETHING: [Values; 2] = [[Some(6), None], [Some(7), Some(8)]];
const NOTHING: [Values; 2] = [NO_VALUES, NO_VALUES];

/// The length of all sequences, if not as follows.
const LENGTH: &str = "ENTERED_LENGTH";

/// One scope at a time and each span once, with two scopes, and with each span twice.
///
/// The first spans get the longest sequences.
fn bounds(is_first: bool) -> [Bounds; 3] {
    let wanted = env::var(LENGTH).ok().map(|length| length.parse().expect("a length"));
    let [once, nested, twice] = if is_first { [8, 6, 5] } else { [5, 4, 4] };
    [(once, 1, 1), (nested, 2, 1), (twice, 1, 2)].map(|(length, scopes, entered)| {
        let length = wanted.unwrap_or(length);
        Bounds { length, scopes, entered }
    })
}

fn check(kind: Kind) {
    let sequences = [true, false].map(|is_first| bounds(is_first).map(|bounds| kind.sequences(bounds)).concat());
    let setups = SPANS.iter().map(|spans| (*spans, SOMETHING));
    let setups = setups.chain(SPANS.iter().rev().take(2).map(|spans| (*spans, NOTHING)));
    let programs = setups.enumerate().flat_map(|(at, (spans, captured))| {
        let (setup, prologue) = (Arc::new(kind.setup(spans, captured)), kind.prologue(spans.made));
        sequences[usize::from(at != 0)].iter().map(move |steps| Program {
            setup: Arc::clone(&setup),
            steps: prologue.iter().chain(steps).copied().collect(),
        })
    });
    let count = run_all(programs);
    println!("{count} sequences");
    assert!(count > 10_000);
}

#[test]
fn every_order_of_two_spans_and_a_resources_scope_shows_what_is_still_entered() {
    check(Kind::Nested([Scope::Resource(2), Scope::Resource(3)], Step::Close));
}

#[test]
fn every_order_of_two_spans_and_a_run_of_their_local_shows_what_is_still_entered() {
    check(Kind::Nested([Scope::Run(Local::A, 4), Scope::Run(Local::A, 5)], Step::Close));
}

#[test]
fn every_order_of_two_spans_and_a_run_of_another_local_shows_what_is_still_entered() {
    check(Kind::Nested([Scope::Run(Local::B, 4), Scope::Run(Local::B, 5)], Step::Close));
}

#[test]
fn every_order_of_two_spans_and_a_snapshot_shows_what_is_still_entered() {
    check(Kind::Nested([Scope::Snapshot(0), Scope::Snapshot(1)], Step::Close));
}

#[test]
fn every_order_of_two_spans_and_guards_of_one_local_shows_what_is_still_entered() {
    check(Kind::Guards([Local::A, Local::A]));
}

#[test]
fn every_order_of_two_spans_and_guards_of_two_locals_shows_what_is_still_entered() {
    check(Kind::Guards([Local::B, Local::A]));
}

#[test]
fn every_order_of_two_spans_and_polls_of_a_future_with_a_local_shows_what_is_still_entered() {
    check(Kind::Nested([Scope::LocalFuture(0), Scope::LocalFuture(1)], Step::Close));
}

#[test]
fn every_order_of_two_spans_and_futures_with_a_local_shows_what_is_still_entered() {
    check(Kind::Nested([Scope::LocalFuture(0), Scope::LocalFuture(1)], Step::Done));
}

#[test]
fn every_order_of_two_spans_and_polls_of_a_tracked_future_shows_what_is_still_entered() {
    check(Kind::Nested([Scope::Tracked(0), Scope::Tracked(1)], Step::Close));
}

#[test]
fn every_order_of_two_spans_and_automatic_polls_shows_what_is_still_entered() {
    check(Kind::Nested([Scope::Automatic(0), Scope::Automatic(1)], Step::Close));
}
