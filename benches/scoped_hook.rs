//! What does a hook for a part of the program cost: the other parts, and its own?

use std::future::pending;
use std::hint::black_box;
use std::thread;

use async_hooks::{AsyncHook, AsyncResource, FutureExt as _, Hook, set_attribute};
use async_hooks_benches::{Bar, Case, Polled, Question, Sample, with_counting_hooks, with_locals_set};

const MADE: &str = "new and drop, off";
const MADE_WITH_VALUES: &str = "new and drop, off, 1 set";
const MADE_WITH_MANY: &str = "new and drop, off, 100 set";
const CALLED: &str = "call, off";
const POLLED: &str = "poll, off";
const NOTED: &str = "set_attribute, off";

/// An event that no hook receives.
const UNHEARD: u32 = 10;

pub(crate) fn question() -> Question {
    Question::new("What does a hook for a part of the program cost?")
        .group("init and destroy outside of its scope")
        .case(Case::floor(MADE, make))
        .case(elsewhere("new and drop, a scope elsewhere", make).bar(Bar::InstructionsOver(MADE, 2 * UNHEARD)))
        .case(Case::floor(MADE_WITH_VALUES, |sample| with_locals_set(1, || make(sample))))
        .case(
            elsewhere("new and drop, a scope elsewhere, 1 set", |sample| with_locals_set(1, || make(sample)))
                .bar(Bar::InstructionsOver(MADE_WITH_VALUES, 2 * UNHEARD)),
        )
        .case(Case::floor(MADE_WITH_MANY, |sample| with_locals_set(100, || make(sample))))
        .case(
            elsewhere("new and drop, a scope elsewhere, 100 set", |sample| with_locals_set(100, || make(sample)))
                .bar(Bar::InstructionsOver(MADE_WITH_MANY, 2 * UNHEARD)),
        )
        .group("before and after outside of its scope")
        .case(Case::floor(CALLED, call))
        .case(elsewhere("call, a scope elsewhere", call).bar(Bar::InstructionsOver(CALLED, 2 * UNHEARD)))
        .case(Case::floor(POLLED, poll))
        .case(elsewhere("poll, a scope elsewhere", poll).bar(Bar::InstructionsOver(POLLED, 2 * UNHEARD)))
        .group("attributes outside of its scope")
        .case(Case::floor(NOTED, note))
        .case(elsewhere("set_attribute, a scope elsewhere", note).bar(Bar::InstructionsOver(NOTED, UNHEARD)))
        .group("inside of its scope")
        .case(Case::peer("new and drop, a hook for all", |sample| with_counting_hooks(1, || make(sample))))
        .case(Case::new("new and drop, in the scope", |sample| hook().run(|| make(sample))))
        .case(Case::peer("poll, a hook for all", |sample| with_counting_hooks(1, || poll(sample))))
        .case(Case::new("poll, in the scope", |sample| hook().run(|| poll(sample))))
}

/// Receives every event that there is, and does nothing.
struct Everything;

impl Hook for Everything {
    fn events(&self) -> async_hooks::Events {
        async_hooks::Events::ALL
    }
}

fn hook() -> AsyncHook {
    AsyncHook::new(Everything)
}

/// A case that runs while a scope is open on another thread.
fn elsewhere(name: &'static str, body: fn(&mut Sample)) -> Case {
    Case::new(name, move |sample| {
        let inside = thread::spawn(|| hook().run(|| AsyncResource::new("inside"))).join();
        body(sample);
        drop(inside);
    })
}

fn make(sample: &mut Sample) {
    sample.time(|| {
        black_box(&AsyncResource::new("bench"));
    });
}

fn call(sample: &mut Sample) {
    let resource = AsyncResource::new("bench");
    sample.time(|| resource.run_in_async_scope(|| black_box(())));
}

fn poll(sample: &mut Sample) {
    let mut polled = Polled::new(pending().in_async_resource("bench"));
    sample.time(|| polled.poll());
}

fn note(sample: &mut Sample) {
    AsyncResource::new("bench").run_in_async_scope(|| sample.time(|| set_attribute("name", 7_u64)));
}
