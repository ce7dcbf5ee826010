//! Which futures were dropped before they were done, and by what.

mod turns;

use std::future::{Future, pending, ready};
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::mpsc::{self, Receiver};
use std::task::{Context, Poll, Waker};
use std::thread;

use async_hooks_core::{AsyncResource, FutureExt as _, Resource, ResourceFuture};
use async_hooks_diagnostics::{
    CancelCause, Cancellation, CancellationReport, Cancellations, CancellationsBuilder, CancelledGroup, EnabledTool,
    Report as _,
};
use turns::turn;

type Query = ResourceFuture<Pin<Box<dyn Future<Output = ()> + Send>>>;

/// One line that makes futures of both kinds.
fn query(is_done: bool) -> Query {
    let future: Pin<Box<dyn Future<Output = ()> + Send>> =
        if is_done { Box::pin(ready(())) } else { Box::pin(pending()) };
    future.in_async_resource("query")
}

/// One line that makes resources, which are futures only if they are polled.
fn job(is_polled: bool) {
    let job = AsyncResource::new("job");
    if is_polled {
        assert!(poll(pin!(job.scope(ready(())))).is_ready());
    }
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn enabled(builder: CancellationsBuilder) -> Cancellations {
    let cancellations = builder.build();
    cancellations.enable();
    cancellations
}

/// With a callback it acts by itself: it is disabled when the test ends.
struct Told {
    cancellations: Cancellations,
    _enabled: EnabledTool,
}

impl Deref for Told {
    type Target = Cancellations;

    fn deref(&self) -> &Cancellations {
        &self.cancellations
    }
}

fn told(builder: CancellationsBuilder) -> (Told, Receiver<Cancellation>) {
    let (told, cancelled) = mpsc::channel();
    let cancellations = builder.on_cancel(move |cancelled| told.send(cancelled.clone()).unwrap_or_default()).build();
    (Told { _enabled: cancellations.enable_scoped(), cancellations }, cancelled)
}

fn only(report: &CancellationReport) -> &CancelledGroup {
    let [group] = report.groups() else { panic!("not one group: {report}") };
    group
}

/// Lets the line be known for one that makes futures.
fn resolve_one() -> Resource {
    let mut done = pin!(query(true));
    assert!(poll(done.as_mut()).is_ready());
    done.resource()
}

#[test]
fn a_future_dropped_before_it_is_done_is_reported_with_what_dropped_it_and_its_chain() {
    let _turn = turn();
    let (cancellations, cancelled) = told(Cancellations::builder());
    let line = resolve_one().location();
    let [request, reaper] = ["request", "reaper"].map(AsyncResource::new);
    let mut lost = Box::pin(request.run_in_async_scope(|| query(false)));
    assert!(poll(lost.as_mut()).is_pending());
    let resource = lost.resource();
    reaper.run_in_async_scope(|| drop(lost));

    let [one] = &Vec::from_iter(cancelled.try_iter())[..] else { panic!("told once") };
    assert_eq!((one.resource(), one.by(), one.ending()), (resource, reaper.resource(), CancelCause::Dropped));
    assert_eq!((one.chain(), resource.location()), (&[request.resource()][..], line));

    let report = cancellations.report();
    let group = only(&report);
    assert_eq!((group.count(), group.kind(), group.location()), (1, "query", line));
    assert_eq!((group.by(), group.ending(), group.chain()), (reaper.resource(), CancelCause::Dropped, one.chain()));
}

#[test]
fn what_resolves_is_not_cancelled_however_late_it_is_dropped() {
    let _turn = turn();
    let (cancellations, cancelled) = told(Cancellations::builder().assume_futures("query"));
    let mut done = Box::pin(query(true));
    assert!(poll(done.as_mut()).is_ready());
    assert!(catch_unwind(AssertUnwindSafe(|| poll(done.as_mut()))).is_err(), "ready futures may not be polled again");
    drop(done);
    assert_eq!((cancellations.report().is_empty(), cancelled.try_iter().count()), (true, 0));
    assert_eq!(cancellations.report().to_string(), "no future was dropped before it was done\n");
}

#[test]
fn what_is_no_future_is_never_cancelled() {
    let _turn = turn();
    let (cancellations, cancelled) = told(Cancellations::builder());
    resolve_one();
    let callback = AsyncResource::new("callback");
    callback.run_in_async_scope(|| ());
    drop(callback.bind(|()| ()));
    drop(AsyncResource::new("connection"));
    assert_eq!((cancellations.report().count(), cancelled.try_iter().count()), (0, 0));
}

#[test]
fn futures_of_which_none_has_ever_been_done_are_known_to_be_futures() {
    let _turn = turn();
    let (cancellations, cancelled) = told(Cancellations::builder());
    (0..20).for_each(|_| drop(query(false)));
    (0..20).for_each(|_| assert!(poll(pin!(query(false))).is_pending()));
    let report = cancellations.report();
    assert_eq!((only(&report).count(), report.unjudged().count(), cancelled.try_iter().count()), (40, 0, 40));
}

#[test]
fn what_ended_before_the_first_evidence_counts_when_there_is_some() {
    let _turn = turn();
    let (cancellations, cancelled) = told(Cancellations::builder());
    for _ in 0..3 {
        job(false);
    }
    assert!(cancellations.report().is_empty());
    job(true);
    let report = cancellations.report();
    assert_eq!((only(&report).count(), report.uncounted(), cancelled.try_iter().count()), (3, 0, 0));
}

#[test]
fn of_a_line_that_never_resolves_no_more_ends_are_kept_and_the_report_says_how_many_it_missed() {
    let _turn = turn();
    let cancellations = enabled(Cancellations::builder());
    for _ in 0..1_000 {
        job(false);
    }
    assert!(cancellations.report().is_empty());
    job(true);
    job(false);
    let report = cancellations.report();
    assert_eq!((report.count(), report.uncounted()), (257, 744));
    assert!(
        report
            .to_string()
            .starts_with("257 futures dropped before the end, in 1 group, and 744 more of which nothing was kept\n")
    );
}

#[test]
fn a_kind_that_is_said_to_be_futures_needs_no_evidence() {
    let _turn = turn();
    let (cancellations, cancelled) = told(Cancellations::builder().assume_futures("job"));
    job(false);
    drop(AsyncResource::new("other"));
    assert_eq!((only(&cancellations.report()).count(), cancelled.try_iter().count()), (1, 1));
}

#[test]
fn a_panic_of_the_future_and_one_of_its_owner_are_reported_apart() {
    let _turn = turn();
    let (cancellations, cancelled) = told(Cancellations::builder().assume_futures("fails").assume_futures("query"));
    let fails = async { std::panic::resume_unwind(Box::new("on purpose")) }.in_async_resource("fails");
    // A runtime catches the panic first and drops the future then.
    let mut fails: Pin<Box<ResourceFuture<_>>> = Box::pin(fails);
    assert!(catch_unwind(AssertUnwindSafe(|| -> Poll<()> { poll(fails.as_mut()) })).is_err());
    drop(fails);
    let owner = AsyncResource::new("owner");
    let unwinds = || {
        owner.run_in_async_scope(|| {
            let _owned = query(false);
            std::panic::resume_unwind(Box::new("on purpose"));
        });
    };
    assert!(catch_unwind(AssertUnwindSafe(unwinds)).is_err());
    let endings =
        Vec::from_iter(cancelled.try_iter().map(|one| (one.resource().kind(), one.ending(), one.by().kind())));
    assert_eq!(endings, [("fails", CancelCause::Panicked, "root"), ("query", CancelCause::Unwound, "owner")]);
    let text = cancellations.report().to_string();
    assert!(text.contains("panicked, dropped by") && text.contains("dropped by a panic in"), "{text}");
}

#[test]
fn a_report_counts_first_and_is_json() {
    let _turn = turn();
    let cancellations = enabled(Cancellations::builder());
    let line = resolve_one().location();
    let [timer, request] = ["timer", "request"].map(|kind| AsyncResource::new(kind));
    for dropper in [&timer, &request, &timer] {
        dropper.run_in_async_scope(|| drop(query(false)));
    }
    let report = cancellations.report();
    let counts = Vec::from_iter(report.groups().iter().map(|group| (group.count(), group.by().kind())));
    assert_eq!(counts, [(2, "timer"), (1, "request")]);
    let text = report.to_string();
    let made_at = timer.resource().location();
    assert!(
        text.starts_with(&format!(
            "3 futures dropped before the end, in 2 groups\n\n  2  query  {line}  dropped by  timer    {made_at}\n     "
        )),
        "{text}"
    );
    assert!(text.contains("latest ") && text.contains("└─ triggered by timer "), "{text}");
    assert!(!text.contains('\u{1b}') && report.ansi(true).to_string().contains('\u{1b}'));
}

#[test]
fn a_cancellation_is_one_line() {
    let _turn = turn();
    let (_cancellations, cancelled) = told(Cancellations::builder().assume_futures("query"));
    let request = AsyncResource::new("request");
    let lost = request.run_in_async_scope(|| query(false));
    let name = |of: Resource| format!("{} {} at {}", of.kind(), of.async_id(), of.location());
    let (what, by) = (name(lost.resource()), name(request.resource()));
    drop(lost);
    let one = cancelled.try_recv().expect("told");
    let line = one.to_string();
    assert!(
        line.starts_with(&format!("{what}, ")) && line.ends_with(&format!(" old: dropped by root 1 ← {by}")),
        "{line}"
    );
}

#[test]
fn what_is_ignored_and_what_came_before_is_not_reported() {
    let _turn = turn();
    let early = query(false);
    let line = early.resource().location();
    let all = enabled(Cancellations::builder().assume_futures("query"));
    let by_kind = enabled(Cancellations::builder().assume_futures("query").ignore_kind("query"));
    let part = format!("cancellations.rs:{}:", line.line());
    let by_line = enabled(Cancellations::builder().assume_futures("query").ignore_location(&part));
    drop(early);
    assert!(all.report().is_empty());
    drop(query(false));
    assert_eq!((all.report().count(), by_kind.report().count(), by_line.report().count()), (1, 0, 0));
}

#[test]
fn many_threads_that_cancel_at_once_are_all_counted() {
    let _turn = turn();
    let cancellations = enabled(Cancellations::builder().assume_futures("query"));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..500).for_each(|_| drop(query(false))));
        }
    });
    assert_eq!(only(&cancellations.report()).count(), 2_000);
}

#[test]
fn a_callback_that_panics_is_not_called_again_and_counting_goes_on() {
    let _turn = turn();
    let panics = |_: &Cancellation| std::panic::resume_unwind(Box::new("on purpose"));
    let cancellations = enabled(Cancellations::builder().assume_futures("query").on_cancel(panics));
    (0..3).for_each(|_| drop(query(false)));
    assert_eq!(cancellations.report().count(), 3);
    cancellations.disable();
}

#[test]
fn a_disabled_tool_knows_nothing_and_begins_again() {
    let _turn = turn();
    let (cancellations, cancelled) = told(Cancellations::builder().assume_futures("query"));
    drop(query(false));
    assert_eq!(cancellations.report().count(), 1);
    assert!(cancellations.disable().report().is_empty() && !cancellations.is_enabled());
    cancellations.enable();
    drop(query(false));
    assert_eq!((cancellations.report().count(), cancelled.try_iter().count()), (1, 2));
    cancellations.disable();
    drop(query(false));
    assert_eq!(cancelled.try_iter().count(), 0);
}

#[test]
fn without_a_callback_the_last_handle_disables() {
    let _turn = turn();
    let cancellations = enabled(Cancellations::builder().assume_futures("query"));
    let handle = cancellations.clone();
    drop(cancellations);
    drop(query(false));
    assert_eq!(handle.report().count(), 1);
}

#[test]
fn a_future_that_is_polled_during_a_panic_of_another_and_dropped_later_was_dropped() {
    /// Polls a future while the thread unwinds.
    struct PollsWhenDropped<'a>(&'a mut Query);
    impl Drop for PollsWhenDropped<'_> {
        fn drop(&mut self) {
            assert!(thread::panicking() && poll(pin!(&mut *self.0)).is_pending());
        }
    }
    let _turn = turn();
    let (_cancellations, cancelled) = told(Cancellations::builder().assume_futures("query"));
    let mut lost = query(false);
    let unwind = || {
        let _polls = PollsWhenDropped(&mut lost);
        std::panic::resume_unwind(Box::new("on purpose"));
    };
    assert!(catch_unwind(AssertUnwindSafe(unwind)).is_err());
    drop(lost);
    let [one] = &Vec::from_iter(cancelled.try_iter())[..] else { panic!("reported once") };
    assert_eq!(one.ending(), CancelCause::Dropped);
}

#[test]
fn what_never_resolved_is_reported_as_not_judged_with_what_to_write() {
    let _turn = turn();
    let cancellations = enabled(Cancellations::builder());
    (0..40).for_each(|_| job(false));
    drop(AsyncResource::new("callback"));
    let report = cancellations.report();
    assert!(report.is_empty());
    assert_eq!(Vec::from_iter(report.unjudged()), [("callback", 1), ("job", 40)]);
    let expected = "no future is known to have been dropped before it was done\n\n\
                    not judged, since nothing at their lines has resolved: 40 job, 1 callback\n\
                    If a kind are futures, `assume_futures(kind)` counts them.\n";
    assert_eq!(report.to_string(), expected);
    job(true);
    let report = cancellations.report();
    assert_eq!((report.count(), Vec::from_iter(report.unjudged())), (40, vec![("callback", 1)]));
}
