//! Texts of the program in reports neither forge a line nor drive a terminal.
//!
//! None is printed without a limit.

mod turns;
mod worker;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use async_hooks_core::{AsyncLocal, AsyncResource, FutureExt as _};
use async_hooks_diagnostics::{
    BlockedPoll, BlockedPolls, Cancellation, Cancellations, ContextWatch, Dumps, LeakDetector, Registry, Report as _,
    RequiredExt as _, leak_test,
};
use turns::turn;
use worker::call;

/// A line that looks like one of ours, and characters that drive a terminal.
///
/// It clears the screen, and writes from right to left.
const HOSTILE: &str = "\n  9  forged  src/main.rs:1:1\r\u{1b}[2J\u{202e}\u{7}\u{9b}31m\u{2028}";

static LOCAL: AsyncLocal<u32> = AsyncLocal::new().named(HOSTILE);

/// Endless, so that only a limit ends its formatting.
struct Endless;

impl fmt::Display for Endless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (0..).try_for_each(|_: u64| f.write_str("ha"))
    }
}

fn is_harmless(report: &impl fmt::Display) -> bool {
    let text = report.to_string();
    let is_printed_as_itself = |c: char| c == '\n' || !(c.is_control() || ['\u{202e}', '\u{2028}'].contains(&c));
    let is_forged = text.lines().any(|line| line.trim_start().starts_with("9  forged"));
    text.chars().all(is_printed_as_itself) && !is_forged && text.len() < 20_000
}

fn is_one_harmless_line(report: &impl fmt::Display) -> bool {
    is_harmless(report) && !report.to_string().contains('\n')
}

#[test]
fn a_tree_and_a_dump_print_hostile_texts_escaped() {
    let _turn = turn();
    let registry = Registry::new().label_with(|| Some(HOSTILE));
    registry.enable();
    let _resource = AsyncResource::new(HOSTILE);
    let (tree, dump) = (registry.tree(), Dumps::of(&registry).now());
    assert!(is_harmless(&tree) && is_harmless(&dump), "{:?}", dump.to_string());
    assert_eq!(tree.to_string().lines().count(), 4);
    // With colours, only the escape sequences of the palette are added.
    assert!(!tree.ansi(true).to_string().contains("\u{1b}[2J"));
}

#[test]
fn a_leak_report_prints_hostile_texts_escaped() {
    let _turn = turn();
    let detector = LeakDetector::builder().older_than(Duration::ZERO).label_with(|| Some(HOSTILE)).build();
    detector.enable();
    let before = detector.snapshot();
    let request = AsyncResource::new(HOSTILE);
    let _leak = request.run_in_async_scope(|| AsyncResource::new(HOSTILE));
    assert!(is_harmless(&detector.report()), "{:?}", detector.report().to_string());
    assert!(is_harmless(&detector.since(&before)));
}

#[test]
fn the_panic_of_a_leak_test_prints_hostile_texts_escaped() {
    let _turn = turn();
    let mut leak = None;
    let test = leak_test().settle_within(Duration::ZERO).label_with(|| Some(HOSTILE));
    let fail = || futures::executor::block_on(test.run(async { leak = Some(AsyncResource::new(HOSTILE)) }));
    let payload = catch_unwind(AssertUnwindSafe(fail)).unwrap_err();
    let message = payload.downcast_ref::<String>().unwrap();
    assert!(is_harmless(message) && message.contains("1 leak in 1 group"), "{message:?}");
}

#[test]
fn a_blocked_poll_prints_a_hostile_thread_kind_and_label_escaped() {
    let _turn = turn();
    let (sender, reports) = mpsc::channel();
    let on_blocked = move |poll: &BlockedPoll| sender.send(poll.clone()).unwrap_or_default();
    let builder = BlockedPolls::builder().longer_than(Duration::ZERO).on_blocked(on_blocked);
    let _enabled = builder.label_with(|| Some(HOSTILE)).build().enable_scoped();
    let call = || call(&AsyncResource::new(HOSTILE), || ());
    thread::Builder::new().name(HOSTILE.to_owned()).spawn(call).unwrap().join().unwrap();
    let poll = reports.recv().unwrap();
    assert!(is_one_harmless_line(&poll), "{:?}", poll.to_string());
    assert_eq!(poll.thread(), HOSTILE, "the value itself stays as it is");
}

#[test]
fn a_missing_context_and_a_loss_report_print_hostile_texts_escaped() {
    let _turn = turn();
    let watch = ContextWatch::of(&LOCAL).label_with(|| Some(HOSTILE)).build();
    let _enabled = watch.enable_scoped();
    let request = LOCAL.run(7_u32, || AsyncResource::new(HOSTILE));
    let job = request.run_in_async_scope(|| LOCAL.exit(|| AsyncResource::new(HOSTILE)));
    let missing = job.run_in_async_scope(|| LOCAL.required()).unwrap_err();
    assert!(is_harmless(&missing), "{:?}", missing.to_string());
    assert_eq!(missing.to_string().lines().count(), 4);
    assert!(is_harmless(&watch.losses()));
    let outside = thread::Builder::new().name(HOSTILE.to_owned()).spawn(|| LOCAL.required().unwrap_err());
    assert!(is_harmless(&outside.unwrap().join().unwrap()));
}

#[test]
fn a_cancellation_prints_hostile_texts_escaped() {
    let _turn = turn();
    let (sender, reports) = mpsc::channel();
    let on_cancel = move |lost: &Cancellation| sender.send(lost.clone()).unwrap_or_default();
    let builder = Cancellations::builder().assume_futures(HOSTILE).on_cancel(on_cancel);
    let cancellations = builder.label_with(|| Some(HOSTILE)).build();
    let _enabled = cancellations.enable_scoped();
    drop(async {}.in_async_resource(HOSTILE));
    assert!(is_one_harmless_line(&reports.recv().unwrap()));
    assert!(is_harmless(&cancellations.report()));
}

#[test]
fn labels_of_any_length_and_number_take_bounded_space_and_what_is_missing_is_said() {
    let _turn = turn();
    let endless = LeakDetector::builder().older_than(Duration::ZERO).label_with(|| Some(Endless)).build();
    let number = |resource: &AsyncResource| resource.async_id().as_u64();
    static NUMBER: AsyncLocal<u64> = AsyncLocal::new();
    let many = LeakDetector::builder().older_than(Duration::ZERO).label_with(|| NUMBER.get()).build();
    many.enable();
    let kept = Vec::from_iter((0..10_000_u64).map(|number| NUMBER.run(number, || AsyncResource::new("kept"))));
    assert!(kept.iter().map(number).is_sorted());
    let report = many.report();
    let [leak] = report.leaks() else { panic!("{report}") };
    assert_eq!((leak.labels().count(), leak.other_labels()), (32, 10_000 - 32));
    assert!(report.to_string().contains("label another, for 9,968 more\n") && report.to_string().len() < 2_000);
    many.disable();

    endless.enable();
    let _one = AsyncResource::new("one");
    let report = endless.report();
    let label = report.leaks()[0].labels().next().map(|(label, _)| label.to_owned()).unwrap();
    assert!(label.starts_with("haha") && label.ends_with('…') && label.len() <= 256, "{label}");
}
