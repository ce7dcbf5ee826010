//! What does setting an attribute cost?

use std::sync::atomic::{AtomicU64, Ordering};

use async_hooks::{AsyncHook, AsyncResource, AttributeValue, Events, Hook, Resource, set_attribute};
use async_hooks_benches::{Bar, Case, Question, Sample, with_counting_hooks};

/// Wants attributes and counts them, as the other counting hooks count their events.
#[derive(Default)]
struct Attributes {
    count: AtomicU64,
}

impl Hook for Attributes {
    fn attribute(&self, _: &Resource, _: &'static str, _: &AttributeValue<'_>) {
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    fn events(&self) -> Events {
        Events::ATTRIBUTE
    }
}

/// Instructions of a scope and of a resource with a counting hook, to compare with.
///
/// `before` and `after` of a scope take 95 together, `init` and `destroy` 105.
const AN_EVENT: u32 = 50;

pub(crate) fn question() -> Question {
    Question::new("What does setting an attribute cost?")
        .case(Case::new("set_attribute, off", number).bar(Bar::Instructions(8)))
        .case(
            Case::new("set_attribute, a hook on other events", |sample| with_counting_hooks(1, || number(sample)))
                .bar(Bar::Instructions(8)),
        )
        .case(Case::new("set_attribute, one hook", |sample| received(sample, number)).bar(with_a_hook()))
        .case(Case::new("set_attribute of a text, one hook", |sample| received(sample, text)).bar(with_a_hook()))
}

const fn with_a_hook() -> Bar {
    Bar::Instructions(AN_EVENT + 20)
}

fn received(sample: &mut Sample, set: fn(&mut Sample)) {
    let _enabled = AsyncHook::new(Attributes::default()).enable_scoped();
    set(sample);
}

fn number(sample: &mut Sample) {
    AsyncResource::new("bench").run_in_async_scope(|| sample.time(|| set_attribute("status", 200_u32)));
}

fn text(sample: &mut Sample) {
    AsyncResource::new("bench").run_in_async_scope(|| sample.time(|| set_attribute("method", "GET")));
}
