//! How much heap does a living resource hold that a registry and a leak detector know of?

use allocation_counter::measure;
use async_hooks::AsyncResource;
use async_hooks::diagnostics::{LeakDetector, Registry};
use async_hooks_benches::{Bar, Case, Currency, Question, Sample};

const OFF: &str = "kept in a vector, off";

pub(crate) fn question() -> Question {
    Question::counting(Currency::Bytes, "How much heap does a living resource hold that is watched?")
        .case(Case::floor(OFF, |sample| keep(sample, || AsyncResource::new("bench"))))
        .case(both("a child of the root, both", || AsyncResource::new("bench")).bar(Bar::BytesOver(OFF, 300)))
        .case(
            both("with a child of its own, both", || {
                let parent = AsyncResource::new("bench");
                parent.run_in_async_scope(|| drop(AsyncResource::new("child")));
                parent
            })
            .bar(Bar::BytesOver(OFF, 300)),
        )
}

fn both(name: &'static str, make: impl Fn() -> AsyncResource + Sync + 'static) -> Case {
    Case::new(name, move |sample| {
        let (registry, detector) = (Registry::new(), LeakDetector::builder().build());
        registry.enable();
        detector.enable();
        keep(sample, &make);
    })
}

fn keep(sample: &mut Sample, make: impl Fn() -> AsyncResource) {
    // What a thread and the table allocate once belongs to no resource.
    drop(make());
    sample.count(|times| {
        let mut kept = Vec::with_capacity(usize::try_from(times).unwrap_or_default());
        measure(|| (0..times).for_each(|_| kept.push(make()))).bytes_current.unsigned_abs()
    });
}
