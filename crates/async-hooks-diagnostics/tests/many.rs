//! Very many resources side by side, and very many below one another.
//!
//! With `--release -- --nocapture` it is a million, tells the times, and holds them to what is promised.

mod turns;

use std::fs;
use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use async_hooks_core::{AsyncId, AsyncResource};
use async_hooks_diagnostics::{LeakDetector, Registry};
use turns::turn;

const MANY: usize = if cfg!(debug_assertions) { 20_000 } else { 1_000_000 };

/// Times mean something only where the compiler has done its work.
fn is_promised(what: &str, took: Duration, limit: Duration) {
    println!("{what}: {took:.1?}");
    assert!(took <= limit || cfg!(debug_assertions), "{what} took {took:?}");
}

fn timed<R>(what: &str, f: impl FnOnce() -> R) -> R {
    let begin = (Instant::now(), processor_time());
    let result = f();
    let took =
        processor_time().zip(begin.1).map_or_else(|| begin.0.elapsed(), |(end, begin)| end.saturating_sub(begin));
    is_promised(what, took, Duration::from_secs(1));
    result
}

/// The time that this thread has had on a processor, if the system counts it.
///
/// What other programs take does not matter here.
fn processor_time() -> Option<Duration> {
    let times = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    times.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// How long the program stood still at most while `f` ran: it makes resources all the time.
fn longest_stop_during(f: impl FnOnce()) -> Duration {
    let has_ended = AtomicBool::new(false);
    thread::scope(|scope| {
        let working = scope.spawn(|| {
            let mut longest = Duration::ZERO;
            while !has_ended.load(Ordering::Relaxed) {
                let begin = Instant::now();
                drop(AsyncResource::new("work"));
                longest = longest.max(begin.elapsed());
            }
            longest
        });
        // Told even if it panics, or the other would go on for good.
        let outcome = catch_unwind(AssertUnwindSafe(f));
        has_ended.store(true, Ordering::Relaxed);
        outcome.unwrap_or_else(|payload| resume_unwind(payload));
        working.join().unwrap_or(Duration::MAX)
    })
}

#[test]
fn very_many_are_listed_while_the_program_goes_on() {
    let _turn = turn();
    let registry = Registry::new();
    let detector = LeakDetector::builder().older_than(Duration::ZERO).ignore_kind("work").build();
    registry.enable();
    detector.enable();
    let kept: Vec<AsyncResource> = (0..MANY).map(|_| AsyncResource::new("kept")).collect();
    let mut listed = 0;
    let stop = longest_stop_during(|| listed = timed("listing", || registry.live()).len());
    // Other programs take the processor from this one for that long too: printed, with what that alone does, and not asserted.
    let of_others = longest_stop_during(|| (0..20_000_000_u64).for_each(|number| drop(black_box(Box::new(number)))));
    println!("longest stop: {stop:.1?}; without a listing: {of_others:.1?}");
    assert!((MANY..=MANY + 1).contains(&listed));

    let tree = timed("tree", || registry.tree());
    assert_eq!(tree.len(), MANY);
    let report = timed("leak report", || detector.report());
    assert_eq!((report.count(), report.leaks().len()), (MANY, 1));
    let text = report.to_string().replace(',', "");
    assert!(text.starts_with(&format!("{MANY} leaks in 1 group\n\n  {MANY}  kept  ")), "{report}");
    drop(kept);
    assert!(registry.is_empty());
}

#[test]
fn a_very_long_chain_of_triggers_is_cut_and_says_so() {
    let _turn = turn();
    let registry = Registry::new();
    let detector = LeakDetector::builder().older_than(Duration::ZERO).build();
    registry.enable();
    detector.enable();
    let mut last = AsyncId::ROOT;
    let deep: Vec<AsyncResource> = (0..MANY)
        .map(|_| {
            let resource = AsyncResource::builder("deep").trigger_async_id(last).build();
            last = resource.async_id();
            resource
        })
        .collect();
    let tree = timed("deep tree", || registry.tree()).to_string();
    let rest = format!("… {} more deeper than the limit of 64", MANY - 64);
    assert!(tree.replace(',', "").contains(&rest), "no {rest:?}");
    assert_eq!(tree.matches("─ deep ").count(), 64);

    let last = deep.into_iter().next_back();
    let report = timed("deep report", || detector.report());
    let [leak] = report.leaks() else { panic!("not one group: {report}") };
    assert_eq!((leak.chain().len(), leak.is_chain_cut(), leak.is_orphan()), (32, true, true));
    assert!(report.to_string().contains("the chain goes on beyond its limit of 32"), "{report}");
    drop(last);
}
