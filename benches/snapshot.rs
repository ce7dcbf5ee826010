//! What does capturing and bringing back every `AsyncLocal` cost?

use std::hint::black_box;
use std::process::ExitCode;

use async_hooks::Snapshot;
use async_hooks_benches::{Bar, Case, Question, with_locals_set};

fn main() -> ExitCode {
    Question::new("What does a Snapshot cost?")
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
        .answer()
}
