//! Every tool is enabled and disabled by one rule.

mod turns;
mod worker;

use std::future::{Future, pending};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};
use std::time::Duration;

use async_hooks_core::{AsyncLocal, AsyncResource, FutureExt as _, Resource, create_hook};
use async_hooks_diagnostics::{
    BlockedPolls, Cancellations, ContextWatch, Dumps, EnabledTool, LeakDetector, LossPoint, Registry, RequiredExt as _,
};
use turns::turn;
use worker::call;

static USER: AsyncLocal<&str> = AsyncLocal::new().named("user");

/// A tool with a question that only an enabled one answers.
trait Tool: Send + Sync {
    fn enable(&self);
    fn enable_scoped(&self) -> EnabledTool;
    fn disable(&self);
    fn is_enabled(&self) -> bool;
    /// Creates something that the tool reports, and looks for the report.
    fn works(&self) -> bool;
}

macro_rules! tool {
    ($type:ident { $handle:ident }, $works:expr) => {
        impl Tool for $type {
            fn enable(&self) {
                self.$handle.enable();
            }
            fn enable_scoped(&self) -> EnabledTool {
                self.$handle.enable_scoped()
            }
            fn disable(&self) {
                self.$handle.disable();
            }
            fn is_enabled(&self) -> bool {
                self.$handle.is_enabled()
            }
            fn works(&self) -> bool {
                $works(self)
            }
        }
    };
}

struct Lists {
    registry: Registry,
}

struct FindsLeaks {
    detector: LeakDetector,
}

struct TimesPolls {
    blocked: BlockedPolls,
    reports: Arc<AtomicUsize>,
}

struct SeesCancellations {
    cancellations: Cancellations,
    reports: Arc<AtomicUsize>,
}

struct WatchesUser {
    watch: ContextWatch,
}

tool!(Lists { registry }, |lists: &Lists| {
    let resource = AsyncResource::new("listed");
    lists.registry.get(resource.async_id()).is_some()
});

tool!(FindsLeaks { detector }, |finds: &FindsLeaks| {
    let _leak = AsyncResource::new("leak");
    finds.detector.report().leaks().iter().any(|leak| leak.kind() == "leak")
});

tool!(TimesPolls { blocked }, |times: &TimesPolls| is_blocking_reported(&times.reports));

tool!(SeesCancellations { cancellations }, |sees: &SeesCancellations| is_cancelling_reported(&sees.reports));

tool!(WatchesUser { watch }, |_: &WatchesUser| is_user_watched());

/// With a limit of zero, every call is too long.
fn is_blocking_reported(reports: &AtomicUsize) -> bool {
    let before = reports.load(Ordering::SeqCst);
    call(&AsyncResource::new("call"), || ());
    reports.load(Ordering::SeqCst) > before
}

fn is_cancelling_reported(reports: &AtomicUsize) -> bool {
    let before = reports.load(Ordering::SeqCst);
    let mut query = Box::pin(pending::<()>().in_async_resource("query"));
    let _ = pin!(&mut query).poll(&mut Context::from_waker(Waker::noop()));
    drop(query);
    reports.load(Ordering::SeqCst) > before
}

fn is_user_watched() -> bool {
    let job = AsyncResource::new("job");
    job.run_in_async_scope(|| USER.required()).is_err_and(|lost| lost.lost() != LossPoint::NotWatched)
}

/// A callback that counts its reports.
fn counting<R>(reports: &Arc<AtomicUsize>) -> impl Fn(&R) + Send + Sync + 'static + use<R> {
    let reports = Arc::clone(reports);
    move |_| {
        reports.fetch_add(1, Ordering::SeqCst);
    }
}

fn times_polls() -> TimesPolls {
    let reports = Arc::new(AtomicUsize::new(0));
    let builder = BlockedPolls::builder().longer_than(Duration::ZERO);
    TimesPolls { blocked: builder.on_blocked(counting(&reports)).build(), reports }
}

fn sees_cancellations() -> SeesCancellations {
    let reports = Arc::new(AtomicUsize::new(0));
    let builder = Cancellations::builder().assume_futures("query");
    SeesCancellations { cancellations: builder.on_cancel(counting(&reports)).build(), reports }
}

fn tools() -> [Box<dyn Tool>; 5] {
    [
        Box::new(Lists { registry: Registry::new() }),
        Box::new(FindsLeaks { detector: LeakDetector::builder().older_than(Duration::ZERO).build() }),
        Box::new(times_polls()),
        Box::new(sees_cancellations()),
        Box::new(WatchesUser { watch: ContextWatch::of(&USER).build() }),
    ]
}

#[test]
fn a_tool_that_acts_by_itself_works_after_its_only_handle_was_a_temporary() {
    let _turn = turn();
    let blocked = Arc::new(AtomicUsize::new(0));
    BlockedPolls::builder().longer_than(Duration::ZERO).on_blocked(counting(&blocked)).build().enable();
    assert!(is_blocking_reported(&blocked));

    let cancelled = Arc::new(AtomicUsize::new(0));
    Cancellations::builder().assume_futures("query").on_cancel(counting(&cancelled)).build().enable();
    assert!(is_cancelling_reported(&cancelled));

    static TENANT: AsyncLocal<u32> = AsyncLocal::new();
    ContextWatch::of(&TENANT).build().enable();
    let job = AsyncResource::new("job");
    let lost = job.run_in_async_scope(|| TENANT.required());
    assert_eq!(lost.err().map(|lost| lost.lost()), Some(LossPoint::NeverSet));
}

#[test]
fn a_tool_that_only_answers_works_while_anything_can_ask_it_and_then_costs_nothing() {
    let _turn = turn();
    let dumps = Dumps::of(Registry::new().enable());
    let job = AsyncResource::new("job");
    assert_eq!(dumps.now().tree().resources().len(), 1);
    drop(job);

    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let label = || {
        ASKED.fetch_add(1, Ordering::SeqCst);
        None::<String>
    };
    let detector = LeakDetector::builder().older_than(Duration::ZERO).label_with(label).build();
    detector.clone().enable();
    let leak = AsyncResource::new("leak");
    assert_eq!((detector.report().count(), ASKED.load(Ordering::SeqCst)), (1, 1));
    drop((detector, leak));
    LeakDetector::builder().label_with(label).build().enable();
    drop(AsyncResource::new("unnoticed"));
    assert_eq!(ASKED.load(Ordering::SeqCst), 1);
}

#[test]
fn a_tool_works_from_enable_to_disable_however_often_each_is_called() {
    let _turn = turn();
    for tool in tools() {
        assert!(!tool.is_enabled() && !tool.works());
        tool.enable();
        tool.enable();
        assert!(tool.is_enabled() && tool.works());
        tool.disable();
        tool.disable();
        assert!(!tool.is_enabled() && !tool.works());
        tool.enable();
        assert!(tool.works());
        tool.disable();
    }
}

#[test]
fn the_last_of_two_guards_disables_whichever_it_is() {
    let _turn = turn();
    for tool in tools() {
        for first_goes_first in [true, false] {
            let (first, second) = (tool.enable_scoped(), tool.enable_scoped());
            let (goes, stays) = if first_goes_first { (first, second) } else { (second, first) };
            drop(goes);
            assert!(tool.works());
            drop(stays);
            assert!(!tool.is_enabled() && !tool.works());
        }
    }
}

#[test]
fn a_guard_leaves_enabled_what_enable_was_called_on_before_or_meanwhile() {
    let _turn = turn();
    for tool in tools() {
        let guard = tool.enable_scoped();
        tool.enable();
        drop(guard);
        assert!(tool.works());
        drop(tool.enable_scoped());
        assert!(tool.works());
        tool.disable();
    }
}

#[test]
fn disable_ends_it_under_living_guards_and_they_end_nothing_later() {
    let _turn = turn();
    for tool in tools() {
        let guards = [tool.enable_scoped(), tool.enable_scoped()];
        tool.disable();
        assert!(!tool.is_enabled() && !tool.works());
        let later = tool.enable_scoped();
        drop(guards);
        assert!(tool.works());
        drop(later);
        assert!(!tool.works());
    }
}

#[test]
fn a_tool_may_be_enabled_and_disabled_inside_a_hook() {
    let _turn = turn();
    for tool in tools() {
        let tool = Arc::<dyn Tool>::from(tool);
        let inside = Arc::clone(&tool);
        let toggle = move |resource: &Resource| match resource.kind() {
            "scoped" => drop(inside.enable_scoped()),
            "enable" => inside.enable(),
            "disable" => inside.disable(),
            _ => {}
        };
        let hook = create_hook().init(toggle).build();
        let _enabled = hook.enable_scoped();
        for (kind, works) in [("scoped", false), ("enable", true), ("scoped", true), ("disable", false)] {
            drop(AsyncResource::new(kind));
            assert_eq!((tool.works(), hook.is_enabled()), (works, true), "after {kind}");
        }
    }
}
