//! Do threads that make resources at the same time slow each other down?
//!
//! As a contrast: what each of them pays where all change one word.

use std::iter::successors;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::available_parallelism;

use async_hooks::AsyncResource;
use async_hooks_benches::{Bar, Case, Question, Sample, with_a_silent_hook, with_counting_hooks};

/// The numbers of threads that work at once.
type Operation = fn(&mut Sample, usize);

/// A hook that does nothing shows our part of the cost.
///
/// A hook that counts changes a word that all threads change, and shows what sharing costs.
const OURS: [(&str, Operation); 3] = [
    ("off", make),
    ("one hook that does nothing", |sample, threads| with_a_silent_hook(|| make(sample, threads))),
    ("one hook that counts for all threads", |sample, threads| with_counting_hooks(1, || make(sample, threads))),
];

const BARE: &str = "an atomic fetch_add on one word, no resource";

pub(crate) fn question() -> Question {
    let ours = OURS.iter().flat_map(|(series, operation)| {
        let alone = name(series, 1);
        numbers().map(move |threads| {
            let case = point(series, threads, *operation);
            if threads == 2 { case.bar(Bar::TimeOf(alone, 1.3)) } else { case }
        })
    });
    Question::new("What does a thread that makes resources pay when others do the same?")
        .curves("By the number of threads that make and drop resources", "threads, each of which does it all the time")
        .cases(ours)
        .cases(numbers().map(bare))
}

/// Two at least, and as many as there are processors.
fn numbers() -> impl Iterator<Item = usize> {
    let most = available_parallelism().map_or(2, usize::from).max(2);
    successors(Some(1), |threads| Some(threads * 2)).take_while(move |threads| *threads <= most)
}

fn point(series: &str, threads: usize, operation: Operation) -> Case {
    Case::new(name(series, threads), move |sample| operation(sample, threads)).at(series, threads as f64).only_timed()
}

fn bare(threads: usize) -> Case {
    Case::floor(name(BARE, threads), move |sample| add(sample, threads)).at(BARE, threads as f64).only_timed()
}

/// Kept for the rest of the run, as cases want it.
fn name(series: &str, threads: usize) -> &'static str {
    let plural = if threads == 1 { "" } else { "s" };
    format!("{series}, {threads} thread{plural}").leak()
}

fn make(sample: &mut Sample, threads: usize) {
    sample.time_on_threads(threads, || AsyncResource::new("bench"));
}

fn add(sample: &mut Sample, threads: usize) {
    static WORD: AtomicU64 = AtomicU64::new(0);
    sample.time_on_threads(threads, || WORD.fetch_add(1, Ordering::Relaxed));
}
