//! What does capturing and bringing back every `AsyncLocal` cost?

use std::hint::black_box;

use async_hooks::Snapshot;
use async_hooks_benches::{Bar, Case, Question, Sample, with_locals_set};
use opentelemetry::Context;

pub(crate) fn question() -> Question {
    Question::new("What does a Snapshot cost?")
        .case(Case::peer("opentelemetry Context: current", |sample| sample.time(Context::current)))
        .case(Case::peer("opentelemetry Context: attach and detach", attach))
        .case(Case::new("current, 1 set", |sample| with_locals_set(1, || sample.time(Snapshot::current))))
        .case(
            Case::new("run, 1 set", |sample| {
                let snapshot = with_locals_set(1, Snapshot::current);
                sample.time(|| snapshot.run(|| black_box(())));
            })
            .bar(Bar::Instructions(57)),
        )
        .case(
            Case::new("current and run, 1 set", |sample| {
                with_locals_set(1, || sample.time(|| Snapshot::current().run(|| black_box(()))));
            })
            .bar(Bar::Instructions(95)),
        )
        .case(Case::new("current and run, 100 set", |sample| {
            with_locals_set(100, || sample.time(|| Snapshot::current().run(|| black_box(()))));
        }))
}

fn attach(sample: &mut Sample) {
    sample.time(|| {
        let _attached = Context::current().attach();
        black_box(());
    });
}
