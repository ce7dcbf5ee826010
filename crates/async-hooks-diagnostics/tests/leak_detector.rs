//! What leaks, as the detector tells it.

mod turns;

use std::hint;
use std::time::{Duration, Instant};

use async_hooks_core::{AsyncId, AsyncLocal, AsyncResource, FutureExt as _, detached};
use async_hooks_diagnostics::{Leak, LeakDetector, LeakDetectorBuilder, LeakReport, LiveResource, Registry};
use futures::executor::block_on;
use turns::turn;

const LONG: Duration = Duration::from_secs(3600);

fn enabled(builder: LeakDetectorBuilder) -> LeakDetector {
    let detector = builder.build();
    detector.enable();
    detector
}

fn everything() -> LeakDetectorBuilder {
    LeakDetector::builder().older_than(Duration::ZERO)
}

fn only(report: &LeakReport) -> &Leak {
    let [leak] = report.leaks() else { panic!("not one group: {report}") };
    leak
}

#[test]
fn a_leak_is_named_with_its_line_its_count_and_its_chain() {
    let _turn = turn();
    let detector = enabled(everything().ignore_kind("request"));
    let mut kept = Vec::new();
    let requests: Vec<_> = (0..3).map(|_| AsyncResource::new("request")).collect();
    for request in &requests {
        request.run_in_async_scope(|| kept.push(AsyncResource::new("query")));
    }
    let report = detector.report();
    let leak = only(&report);
    assert_eq!((leak.kind(), leak.count(), leak.is_orphan()), ("query", 3, false));
    assert_eq!(leak.location(), kept[0].resource().location());
    assert_eq!(leak.chain(), [requests[0].resource()]);
    let text = report.to_string();
    assert!(text.starts_with("3 leaks in 1 group\n"), "{text}");
    assert!(text.contains(&format!("  3  query  {}  ", leak.location())), "{text}");
    assert!(text.contains(&format!("└─ triggered by request {}, made at ", requests[0].async_id())), "{text}");
    assert!(text.contains("└─ triggered by root 1\n"), "{text}");
}

#[test]
fn what_is_made_at_two_lines_or_through_two_chains_is_two_leaks() {
    let _turn = turn();
    let detector = enabled(everything().ignore_kind("a").ignore_kind("b"));
    let (a, b) = (AsyncResource::new("a"), AsyncResource::new("b"));
    let make = || AsyncResource::new("query");
    let _kept = [a.run_in_async_scope(make), b.run_in_async_scope(make), make(), AsyncResource::new("query")];
    let report = detector.report();
    assert_eq!((report.leaks().len(), report.count()), (4, 4), "{report}");
}

#[test]
fn only_what_is_old_enough_leaks() {
    let _turn = turn();
    let age = Duration::from_millis(5);
    let detector = enabled(LeakDetector::builder().older_than(age));
    let patient = enabled(LeakDetector::builder().older_than(LONG));
    let begin = Instant::now();
    let _kept = AsyncResource::new("query");
    let report = detector.report();
    assert!(report.is_empty() || begin.elapsed() >= age, "{report}");
    while begin.elapsed() < 2 * age {
        hint::spin_loop();
    }
    assert!(only(&detector.report()).oldest() >= age);
    assert!(patient.report().is_empty());
    assert_eq!(patient.report().to_string(), "no leaks\n");
}

#[test]
fn an_orphan_leaks_at_once_and_its_trigger_is_still_named() {
    let _turn = turn();
    let detector = enabled(LeakDetector::builder().older_than(LONG));
    let lenient = enabled(LeakDetector::builder().older_than(LONG).orphans_after(LONG));
    let request = AsyncResource::new("request");
    let job = request.run_in_async_scope(|| AsyncResource::new("job"));
    let _child = job.run_in_async_scope(|| AsyncResource::new("child"));
    assert!(detector.report().is_empty());

    let gone = request.resource();
    drop(request);
    let report = detector.report();
    let leak = only(&report);
    assert_eq!((leak.kind(), leak.is_orphan()), ("job", true), "and not its child, whose trigger lives");
    assert_eq!(leak.chain(), [gone]);
    let text = report.to_string();
    assert!(
        text.contains("orphaned") && text.contains(&format!("request {}, gone, made at ", gone.async_id())),
        "{text}"
    );
    assert!(lenient.report().is_empty());
}

#[test]
fn what_is_created_detached_is_no_orphan_and_what_that_creates_later_may_be_one() {
    let _turn = turn();
    let detector = enabled(LeakDetector::builder().older_than(LONG));
    let registry = Registry::new();
    registry.enable();
    let request = AsyncResource::new("request");
    let create = || (detached(|| AsyncResource::new("pool")), AsyncResource::new("job"));
    let (pool, job) = request.run_in_async_scope(create);
    let polled = request.run_in_async_scope(|| block_on(async { AsyncResource::new("polled pool") }.detached()));
    let worker = pool.run_in_async_scope(|| AsyncResource::new("worker"));
    drop(request);
    assert_eq!(only(&detector.report()).kind(), "job");
    let orphans = registry.live().into_iter().filter(LiveResource::is_orphan).map(|orphan| orphan.resource().kind());
    assert_eq!(orphans.collect::<Vec<_>>(), ["job"]);
    drop((pool, job, polled));
    assert_eq!(only(&detector.report()).kind(), "worker");
    registry.disable();
    drop(worker);
}

#[test]
fn who_ended_before_it_triggered_anybody_orphans_nobody_else() {
    let _turn = turn();
    let detector = enabled(LeakDetector::builder().older_than(LONG));
    drop(AsyncResource::new("request"));
    let _kept = AsyncResource::new("job");
    assert!(detector.report().is_empty());
}

#[test]
fn rules_leave_out_kinds_places_and_labels() {
    let _turn = turn();
    static PATH: AsyncLocal<&str> = AsyncLocal::new();
    let builder = everything().label_with(|| PATH.get());
    let here = format!("tests/leak_detector.rs:{}", line!() + 4);
    let by_rules = enabled(builder.clone().ignore_kind("pool").ignore_location(&here).ignore_label("/health"));
    let all = enabled(builder);
    let _pool = AsyncResource::new("pool");
    let _placed = AsyncResource::new("placed");
    let _healthy = PATH.run("/health", || AsyncResource::new("healthy"));
    let _orders = PATH.run("/orders", || [AsyncResource::new("kept"), AsyncResource::new("kept too")]);
    assert_eq!(all.report().count(), 5);
    let report = by_rules.report();
    let mut kinds: Vec<_> = report.leaks().iter().map(Leak::kind).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["kept", "kept too"], "{report}");
    assert_eq!(report.leaks()[0].labels().collect::<Vec<_>>(), [("/orders", 1)]);
    assert!(report.to_string().contains("label /orders × 1"), "{report}");
}

#[test]
fn a_label_that_panics_costs_the_labels_and_nothing_else() {
    let _turn = turn();
    let label = || -> Option<String> { panic!("on purpose") };
    let detector = enabled(everything().label_with(label).backtraces());
    let _kept = [AsyncResource::new("query"), AsyncResource::new("job")];
    let report = detector.report();
    assert_eq!(report.leaks().len(), 2, "{report}");
    for leak in report.leaks() {
        assert_eq!((leak.labels().count(), leak.backtrace().is_some()), (0, true), "{report}");
    }
}

#[test]
fn a_backtrace_leads_to_the_creator_and_not_into_the_hooks() {
    let _turn = turn();
    #[inline(never)]
    fn forgetful_function() -> AsyncResource {
        AsyncResource::new("query")
    }
    let detector = enabled(everything().backtraces());
    let _kept = forgetful_function();
    let report = detector.report();
    let backtrace = only(&report).backtrace().unwrap();
    assert!(backtrace.contains("forgetful_function"), "{backtrace}");
    assert!(!backtrace.contains("::Hook"), "{backtrace}");
    assert!(report.to_string().contains("from "), "{report}");
}

#[test]
fn what_grew_between_two_snapshots_is_named() {
    let _turn = turn();
    let detector = enabled(LeakDetector::builder().older_than(LONG).ignore_kind("ignored"));
    let mut set = Vec::new();
    let mut grow = || set.push(AsyncResource::new("entry"));
    let steady = AsyncResource::new("steady");
    grow();
    let before = detector.snapshot();
    assert!(detector.since(&before).is_empty());
    assert_eq!(detector.since(&before).to_string(), "nothing grew\n");

    (0..1_000).for_each(|_| grow());
    let _ignored = AsyncResource::new("ignored");
    drop(steady);
    let growth = detector.since(&before);
    let [grown] = growth.groups() else { panic!("not one group: {growth}") };
    assert_eq!((grown.kind(), grown.before(), grown.now()), ("entry", 1, 1_001));
    assert_eq!(grown.location(), set[0].resource().location());
    let text = growth.to_string();
    assert!(text.starts_with("1,000 more in 1 group\n\n  +1,000  1 → 1,001  entry  "), "{text}");
}

#[test]
fn losing_its_trigger_makes_nothing_grow() {
    let _turn = turn();
    let detector = enabled(LeakDetector::builder().older_than(LONG));
    let request = AsyncResource::new("request");
    let _job = request.run_in_async_scope(|| AsyncResource::new("job"));
    let before = detector.snapshot();
    drop(request);
    assert!(detector.since(&before).is_empty(), "{}", detector.since(&before));
}

#[test]
fn a_disabled_detector_reports_nothing_and_its_last_handle_disables_it() {
    let _turn = turn();
    let detector = everything().build();
    let _unheard = AsyncResource::new("query");
    assert!(detector.report().is_empty() && detector.since(&detector.snapshot()).is_empty());
    detector.enable();
    let _kept = AsyncResource::new("query");
    let handle = detector.clone();
    drop(detector);
    assert_eq!(handle.report().count(), 1);
    assert!(handle.disable().report().is_empty());
    assert!(handle.enable().report().is_empty(), "it begins again");
}

#[test]
fn explicit_triggers_that_never_were_end_the_chain() {
    let _turn = turn();
    let detector = enabled(everything());
    let nobody = AsyncId::from_u64(u64::MAX).unwrap();
    let _kept = AsyncResource::builder("query").trigger_async_id(nobody).build();
    let report = detector.report();
    let leak = only(&report);
    assert!(leak.chain().is_empty() && !leak.is_orphan());
    assert!(report.to_string().contains(&format!("triggered by {nobody}, of which nothing is known")), "{report}");
}
