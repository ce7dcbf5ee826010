//! Runs a program on this thread, and compares with the reference after each step.
//!
//! A scope is a closure, so a step that opens one runs the steps behind it in that closure, up to the step that closes it.

use std::cell::{Cell, RefCell, RefMut};
use std::panic::resume_unwind;
use std::rc::{Rc, Weak};

use async_hooks_core::AsyncLocalGuard;

use crate::elsewhere::Elsewhere;
use crate::prepared::{Body, Prepared};
use crate::program::{Program, Step};
use crate::reference::Reference;
use crate::shown::Shown;

pub(crate) struct Machine {
    pub(super) weak: Weak<Machine>,
    steps: Vec<Step>,
    /// How many steps have begun.
    at: Cell<usize>,
    depth: Cell<usize>,
    pub(super) layer: Cell<u64>,
    pub(super) prepared: RefCell<Prepared>,
    pub(super) reference: RefCell<Reference>,
    /// The keys under which spans are entered, in the order of entering.
    pub(super) entered: RefCell<Vec<usize>>,
    pub(super) guards: RefCell<Vec<Guard>>,
    pub(super) elsewhere: RefCell<Option<Elsewhere>>,
    pub(super) entered_elsewhere: RefCell<Vec<usize>>,
    failure: RefCell<Option<Failure>>,
}

pub(super) struct Guard {
    pub(super) place: usize,
    /// What the reference calls it.
    pub(super) serial: usize,
    pub(super) _guard: AsyncLocalGuard<'static, u32>,
}

/// The first step after which a thread showed something else than the reference.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) step: String,
    pub(crate) expected: String,
    pub(crate) actual: String,
}

/// What a program leaves behind.
pub(crate) struct Outcome {
    pub(crate) failure: Option<Failure>,
    /// The next program begins on another thread.
    pub(crate) is_thread_changed: bool,
}

/// How a scope ends.
enum Ending {
    Pending,
    Done,
    Unwind(Option<usize>),
}

/// The payload of a panic in a program.
pub(super) struct Unwinding;

const DEEPEST: usize = 6;

/// Runs the program under this layer, which ends and begins again where it says so.
pub(crate) fn run(program: &Program, layer: &mut u64) -> Outcome {
    let machine = Rc::new_cyclic(|weak: &Weak<Machine>| Machine {
        weak: weak.clone(),
        steps: program.steps.clone(),
        at: Cell::new(0),
        depth: Cell::new(0),
        layer: Cell::new(*layer),
        prepared: RefCell::new(Prepared::new(&program.setup, &|| body_of(weak))),
        reference: RefCell::default(),
        entered: RefCell::default(),
        guards: RefCell::default(),
        elsewhere: RefCell::default(),
        entered_elsewhere: RefCell::default(),
        failure: RefCell::default(),
    });
    machine.compare("");
    machine.run_steps();
    machine.leave_everything();
    *layer = machine.layer.get();
    let is_thread_changed = machine.reference().is_thread_changed();
    Outcome { failure: machine.failure.take(), is_thread_changed }
}

/// What a future of the program does in a poll.
pub(super) fn body_of(weak: &Weak<Machine>) -> Body {
    let weak = weak.clone();
    Box::new(move || weak.upgrade().is_none_or(|machine| machine.body()))
}

impl Machine {
    pub(super) fn reference(&self) -> RefMut<'_, Reference> {
        self.reference.borrow_mut()
    }

    /// What is done inside a scope. Says whether a future in it is done.
    pub(super) fn body(&self) -> bool {
        self.depth.set(self.depth.get() + 1);
        self.compare("");
        let ending = self.run_steps();
        self.depth.set(self.depth.get() - 1);
        match ending {
            Ending::Pending => false,
            Ending::Done => true,
            Ending::Unwind(span) => {
                let _leave = span.map(|span| LeaveWhenDropped(self, span));
                resume_unwind(Box::new(Unwinding));
            }
        }
    }

    /// Runs steps up to the one that closes the scope in which they are.
    fn run_steps(&self) -> Ending {
        while let Some(step) = self.next() {
            match step {
                Step::Close | Step::Done | Step::Unwind(_) if self.depth.get() == 0 => {}
                Step::Close => return Ending::Pending,
                Step::Done => return Ending::Done,
                Step::Unwind(span) => return Ending::Unwind(span),
                Step::Open(scope) if self.depth.get() < DEEPEST => {
                    self.open(scope);
                    self.compare("");
                }
                step => {
                    self.make(step);
                    self.compare("");
                }
            }
        }
        Ending::Pending
    }

    /// None when the program is over, or has failed.
    fn next(&self) -> Option<Step> {
        let step = self.steps.get(self.at.get()).copied();
        self.at.set(self.at.get() + 1);
        step.filter(|_| self.failure.borrow().is_none())
    }

    /// Compares at this step, or when this was done at the end.
    pub(super) fn compare(&self, done: &str) {
        let expected = self.reference().shown();
        self.note(done, expected, Shown::here());
    }

    pub(super) fn note(&self, done: &str, expected: Shown, actual: Shown) {
        if expected == actual || self.failure.borrow().is_some() {
            return;
        }
        let step = match (self.at.get(), self.steps.get(self.at.get().wrapping_sub(1))) {
            (0, _) => "the start".to_owned(),
            (at, Some(step)) => format!("step {at}: {step}"),
            (_, None) => "the end".to_owned(),
        };
        let written = |shown: Shown| self.prepared.borrow().written(shown);
        let failure = Failure { step: step + done, expected: written(expected), actual: written(actual) };
        self.failure.replace(Some(failure));
    }
}

/// Leaves a span while a panic unwinds.
struct LeaveWhenDropped<'a>(&'a Machine, usize);

impl Drop for LeaveWhenDropped<'_> {
    fn drop(&mut self) {
        self.0.leave(self.1);
    }
}
