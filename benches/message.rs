//! What does a message cost that travels with its sender's context and trigger?

use std::collections::VecDeque;
use std::hint::black_box;

use async_hooks::Envelope;
use async_hooks_benches::{Bar, Case, Question, Sample, with_counting_hooks, with_locals_set};

const MOVED: &str = "a value, moved";
const SENT: &str = "a value, through a mailbox";

pub(crate) fn question() -> Question {
    Question::new("What does a message in an Envelope cost?")
        .group("made and run")
        .case(Case::floor(MOVED, |sample| sample.time(|| black_box(black_box(7_u64)))))
        .case(made("envelope, made and run, 0 set", 0).bar(Bar::InstructionsOver(MOVED, 110)))
        .case(made("envelope, made and run, 1 set", 1).bar(Bar::InstructionsOver(MOVED, 130)))
        .case(Case::new("envelope, made and run, one hook", |sample| with_counting_hooks(1, || make_and_run(sample))))
        .case(Case::new("envelope, dropped unread", unread))
        .group("put into a mailbox, taken out, run")
        .case(Case::floor(SENT, send))
        .case(Case::new("envelope, through a mailbox", |sample| with_locals_set(0, || send_envelope(sample))))
        .case(Case::new("envelope, through a mailbox, one hook", |sample| {
            with_counting_hooks(1, || send_envelope(sample));
        }))
}

fn made(name: &'static str, set: usize) -> Case {
    Case::new(name, move |sample| with_locals_set(set, || make_and_run(sample)))
}

fn make_and_run(sample: &mut Sample) {
    sample.time(|| Envelope::new("bench", black_box(7_u64)).run(black_box));
}

fn unread(sample: &mut Sample) {
    sample.time(|| drop(black_box(Envelope::new("bench", black_box(7_u64)))));
}

fn send(sample: &mut Sample) {
    let mut mailbox = VecDeque::with_capacity(1);
    sample.time(|| {
        mailbox.push_back(black_box(7_u64));
        black_box(&mut mailbox).pop_front().map(black_box)
    });
}

/// An envelope is ten words larger than its value, which are moved in and out.
fn send_envelope(sample: &mut Sample) {
    let mut mailbox = VecDeque::with_capacity(1);
    sample.time(|| {
        mailbox.push_back(Envelope::new("bench", black_box(7_u64)));
        black_box(&mut mailbox).pop_front().map(|message| message.run(black_box))
    });
}
