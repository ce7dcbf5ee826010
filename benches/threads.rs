//! Do threads that make resources at the same time slow each other down?

use async_hooks::{AsyncHook, AsyncResource, Hook};
use async_hooks_benches::{Bar, Case, Question, Sample};

pub(crate) fn question() -> Question {
    let off = ["off, 1 thread", "off, 2 threads"];
    let hooked = ["one hook, 1 thread", "one hook, 2 threads"];
    Question::new("What does a thread that makes resources pay when another does the same?")
        .group("off")
        .case(Case::new(off[0], |sample| make(sample, 1)).only_timed())
        .case(Case::new(off[1], |sample| make(sample, 2)).bar(Bar::TimeOf(off[0], 1.3)).only_timed())
        .group("one hook")
        .case(Case::new(hooked[0], |sample| with_silent_hook(|| make(sample, 1))).only_timed())
        .case(
            Case::new(hooked[1], |sample| with_silent_hook(|| make(sample, 2)))
                .bar(Bar::TimeOf(hooked[0], 1.3))
                .only_timed(),
        )
}

fn make(sample: &mut Sample, threads: usize) {
    sample.time_on_threads(threads, || AsyncResource::new("bench"));
}

/// Hears every event and touches nothing: two threads that count in one place would measure that.
struct SilentHook;

impl Hook for SilentHook {}

fn with_silent_hook(f: impl FnOnce()) {
    let _enabled = AsyncHook::new(SilentHook).enable_scoped();
    f();
}
