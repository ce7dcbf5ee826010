//! What blocks is reported when it ends and while it still does.

mod turns;
mod worker;

use std::hint;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use async_hooks_core::{AsyncId, AsyncResource};
use async_hooks_diagnostics::{BlockedPoll, BlockedPolls, BlockedPollsBuilder, EnabledTool, Report as _};
use turns::turn;
use worker::call;

const LIMIT: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_secs(60);
const LONG: Duration = Duration::from_secs(3600);

fn enabled(builder: BlockedPollsBuilder) -> (EnabledTool, Receiver<BlockedPoll>) {
    let (blocked, reports) = disabled(builder);
    (blocked.enable_scoped(), reports)
}

fn disabled(builder: BlockedPollsBuilder) -> (BlockedPolls, Receiver<BlockedPoll>) {
    let (told, reports) = mpsc::channel();
    (builder.on_blocked(move |poll| told.send(poll.clone()).unwrap_or_default()).build(), reports)
}

fn longer_than(limit: Duration) -> BlockedPollsBuilder {
    BlockedPolls::builder().longer_than(limit)
}

fn spin(time: Duration) {
    let begin = Instant::now();
    while begin.elapsed() < time {
        hint::spin_loop();
    }
}

/// Blocks until the watchdog has reported it.
fn wait_until_reported(reports: &Receiver<BlockedPoll>) -> BlockedPoll {
    let Ok(told) = reports.recv_timeout(PATIENCE) else { panic!("the watchdog did not come by") };
    told
}

fn ended(reports: &Receiver<BlockedPoll>) -> Vec<BlockedPoll> {
    reports.try_iter().filter(|poll| !poll.is_running()).collect()
}

#[test]
fn a_poll_that_still_blocks_is_reported_by_the_watchdog_and_again_at_its_end() {
    let _turn = turn();
    let (_blocked, reports) = enabled(longer_than(LIMIT));
    let request = AsyncResource::new("request");
    let parse = request.run_in_async_scope(|| AsyncResource::new("parse"));
    let begin = Instant::now();
    let running = call(&parse, || wait_until_reported(&reports));
    let all = begin.elapsed();

    assert_eq!((running.resource(), running.async_id()), (Some(parse.resource()), parse.async_id()));
    assert_eq!(running.chain(), [request.resource()]);
    assert_eq!(running.thread(), thread::current().name().expect("a test's thread has a name"));
    assert!(running.is_running() && running.duration() >= LIMIT && running.duration() <= all);

    let [end] = &ended(&reports)[..] else { panic!("it ends once") };
    assert_eq!((end.resource(), end.chain(), end.is_running()), (running.resource(), running.chain(), false));
    assert!(end.duration() >= running.duration() && end.duration() <= all + Duration::from_millis(1));
}

#[test]
fn a_report_is_one_line_with_kind_place_thread_time_and_chain() {
    let _turn = turn();
    let (_blocked, reports) = enabled(longer_than(LIMIT));
    let request = AsyncResource::new("request");
    let parse = request.run_in_async_scope(|| AsyncResource::new("parse"));
    let running = call(&parse, || wait_until_reported(&reports));
    let [end] = &ended(&reports)[..] else { panic!("it ends once") };

    let name = |resource: &AsyncResource| {
        format!("{} {} at {}", resource.resource().kind(), resource.async_id(), resource.resource().location())
    };
    let thread = running.thread();
    let line = running.to_string();
    assert!(line.starts_with(&format!("{} is blocking thread {thread} for ", name(&parse))), "{line}");
    assert!(line.ends_with(&format!(" and counting ← {}", name(&request))), "{line}");
    let line = end.to_string();
    assert!(line.starts_with(&format!("{} blocked thread {thread} for ", name(&parse))), "{line}");
    assert!(!line.contains('\n') && !line.contains('\u{1b}'), "{line}");
    assert!(end.ansi(true).to_string().contains('\u{1b}'));
}

#[test]
fn a_short_poll_is_not_reported() {
    let _turn = turn();
    let (_blocked, reports) = enabled(longer_than(LONG));
    let (_forever, never) = enabled(longer_than(Duration::MAX));
    call(&AsyncResource::new("short"), || spin(LIMIT));
    assert_eq!((reports.try_iter().count(), never.try_iter().count()), (0, 0));
}

#[test]
fn with_a_limit_of_zero_every_poll_is_reported_at_its_end() {
    let _turn = turn();
    let (_blocked, reports) = enabled(longer_than(Duration::ZERO));
    let query = AsyncResource::new("query");
    (0..3).for_each(|_| call(&query, || ()));
    let ended = ended(&reports);
    assert_eq!(ended.len(), 3);
    assert!(ended.iter().all(|poll| poll.resource() == Some(query.resource())));
}

#[test]
fn of_nested_scopes_the_innermost_that_is_too_long_answers() {
    let _turn = turn();
    let (_blocked, reports) = enabled(longer_than(LIMIT));
    let [outer, middle, inner] = ["outer", "middle", "inner"].map(AsyncResource::new);
    let running =
        call(&outer, || middle.run_in_async_scope(|| inner.run_in_async_scope(|| wait_until_reported(&reports))));
    assert_eq!(running.resource(), Some(inner.resource()));
    // A busy machine may take the processor away between two of the scopes; then the outer one did block beside the inner.
    let ended = ended(&reports);
    let took =
        |of: &AsyncResource| ended.iter().find(|poll| poll.async_id() == of.async_id()).map(BlockedPoll::duration);
    let inner_took = took(&inner).unwrap_or_default();
    assert!(inner_took >= LIMIT, "{ended:?}");
    for around in [took(&middle), took(&outer)].into_iter().flatten() {
        assert!(around >= inner_took + LIMIT, "{ended:?}");
    }
}

#[test]
fn several_threads_that_block_at_once_are_all_reported_while_they_do() {
    let _turn = turn();
    const THREADS: usize = 4;
    let (told, reports) = mpsc::channel();
    let all_are_known = Arc::new(Barrier::new(THREADS + 1));
    let blocked = longer_than(LIMIT).on_blocked(move |poll| told.send(poll.clone()).unwrap_or_default()).build();
    let _enabled = blocked.enable_scoped();
    let threads = Vec::from_iter((0..THREADS).map(|number| {
        let all_are_known = Arc::clone(&all_are_known);
        let block = move || {
            let job = AsyncResource::new("job");
            call(&job, || all_are_known.wait());
            job.async_id()
        };
        thread::Builder::new().name(format!("worker {number}")).spawn(block).expect("a thread can be had")
    }));
    let running = Vec::from_iter((0..THREADS).map(|_| wait_until_reported(&reports)));
    assert!(running.iter().all(BlockedPoll::is_running));
    all_are_known.wait();

    let mut expected: Vec<_> = threads.into_iter().map(|thread| thread.join().expect("it only waits")).collect();
    let mut told: Vec<_> = running.iter().map(BlockedPoll::async_id).collect();
    expected.sort();
    told.sort();
    assert_eq!(told, expected);
    let mut names: Vec<_> = running.iter().map(BlockedPoll::thread).collect();
    names.sort_unstable();
    assert_eq!(names, ["worker 0", "worker 1", "worker 2", "worker 3"]);
}

#[test]
fn what_was_created_before_it_was_enabled_is_a_number_while_it_blocks_and_named_at_its_end() {
    let _turn = turn();
    let early = AsyncResource::new("early");
    let (_blocked, reports) = enabled(longer_than(LIMIT));
    let running = call(&early, || wait_until_reported(&reports));
    assert_eq!((running.async_id(), running.resource()), (early.async_id(), None));
    assert!(
        running.to_string().starts_with(&format!("{}, created before this was enabled, is blocking", early.async_id()))
    );
    let [end] = &ended(&reports)[..] else { panic!("it ends once") };
    assert_eq!((end.resource(), end.chain()), (Some(early.resource()), &[][..]));
}

#[test]
fn what_may_block_is_left_out_with_all_that_runs_inside() {
    let _turn = turn();
    let (_other, others) = enabled(BlockedPolls::builder().longer_than(LIMIT).ignore_kind("pool"));
    let (_blocked, reports) = enabled(longer_than(Duration::ZERO));
    let job = AsyncResource::new("tokio::blocking");
    let inside = AsyncResource::new("inside");
    let pool = AsyncResource::new("pool");
    call(&job, || inside.run_in_async_scope(|| spin(2 * LIMIT)));
    assert_eq!(reports.try_iter().count(), 0);
    // Long enough for both reports: the watchdog has come by before it looks at a ten times longer limit.
    let (_slow, slow_reports) = enabled(longer_than(10 * LIMIT));
    let running = call(&pool, || wait_until_reported(&slow_reports));
    assert_eq!((running.resource(), others.try_iter().count()), (Some(pool.resource()), 0));
    reports.try_iter().for_each(drop);
    let line = format!("blocked_polls.rs:{}", inside.resource().location().line());
    let (_by_line, silent) = enabled(longer_than(Duration::ZERO).ignore_location(&line));
    call(&inside, || ());
    assert_eq!(
        (silent.try_iter().count(), reports.try_iter().any(|poll| poll.async_id() == inside.async_id())),
        (0, true)
    );
}

#[test]
fn a_resource_that_ends_inside_its_own_scope_is_reported_then_and_its_thread_goes_on() {
    let _turn = turn();
    let (_blocked, reports) = enabled(longer_than(Duration::ZERO));
    let job = AsyncResource::new("job");
    call(&job, || job.emit_destroy());
    assert_eq!(ended(&reports).iter().map(BlockedPoll::async_id).collect::<Vec<_>>(), [job.async_id()]);
    let next = AsyncResource::new("next");
    call(&next, || ());
    assert_eq!(ended(&reports).iter().map(BlockedPoll::async_id).collect::<Vec<_>>(), [next.async_id()]);
}

#[test]
fn a_scope_that_panics_is_reported_like_any_other() {
    let _turn = turn();
    let (_blocked, reports) = enabled(longer_than(Duration::ZERO));
    let job = AsyncResource::new("job");
    let panics = || call(&job, || std::panic::resume_unwind(Box::new("on purpose")));
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(panics)).is_err());
    assert_eq!(ended(&reports).len(), 1);
}

#[test]
fn a_callback_that_panics_is_not_called_again_and_the_program_goes_on() {
    let _turn = turn();
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    let panics = move |_: &BlockedPoll| {
        count.fetch_add(1, Ordering::SeqCst);
        std::panic::resume_unwind(Box::new("on purpose"));
    };
    let blocked = longer_than(Duration::ZERO).on_blocked(panics).build();
    let _enabled = blocked.enable_scoped();
    let query = AsyncResource::new("query");
    for _ in 0..3 {
        call(&query, || ());
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[test]
fn the_callback_may_disable_its_own_watch_from_either_thread() {
    let _turn = turn();
    for by_watchdog in [false, true] {
        let own = Arc::new(std::sync::Mutex::new(None));
        let (told, reports) = mpsc::channel();
        let held = Arc::clone(&own);
        let drops = move |poll: &BlockedPoll| {
            if poll.is_running() == by_watchdog {
                let blocked: Option<BlockedPolls> = held.lock().expect("nobody panics").take();
                assert!(blocked.is_none_or(|blocked| !blocked.disable().is_enabled()));
                told.send(()).unwrap_or_default();
            }
        };
        let blocked = longer_than(if by_watchdog { LIMIT } else { Duration::ZERO }).on_blocked(drops).build();
        blocked.enable();
        *own.lock().expect("nobody panics") = Some(blocked);
        let job = AsyncResource::new("job");
        call(&job, || if by_watchdog { reports.recv_timeout(PATIENCE) } else { Ok(()) }).expect("told");
        drop(own);
        // Everything that held the callback is gone, so nobody can send any more.
        let word = || reports.recv_timeout(PATIENCE);
        let last = std::iter::repeat_with(word).take(3).find_map(Result::err);
        assert_eq!(last, Some(RecvTimeoutError::Disconnected));
    }
}

#[test]
fn the_watchdog_goes_on_without_a_handle_and_ends_with_the_last_guard() {
    let _turn = turn();
    let (enabled, reports) = enabled(longer_than(LIMIT));
    let job = AsyncResource::new("job");
    call(&job, || wait_until_reported(&reports));
    drop(enabled);
    let last = std::iter::repeat_with(|| reports.recv_timeout(PATIENCE)).take(3).find_map(Result::err);
    assert_eq!(last, Some(RecvTimeoutError::Disconnected));
}

#[test]
fn a_disabled_watch_reports_nothing_and_begins_again() {
    let _turn = turn();
    let (blocked, reports) = disabled(longer_than(Duration::ZERO));
    let _enabled = blocked.enable_scoped();
    let job = AsyncResource::new("job");
    blocked.disable();
    assert!(!blocked.is_enabled());
    call(&job, || ());
    assert_eq!(reports.try_iter().count(), 0);
    // What was open when it was enabled has no beginning.
    call(&job, || blocked.enable().is_enabled());
    assert_eq!(ended(&reports).len(), 0);
    call(&job, || ());
    assert_eq!(ended(&reports).len(), 1);
    blocked.disable();
}

#[test]
fn a_chain_of_any_length_and_a_circle_are_reported_up_to_a_limit() {
    let _turn = turn();
    let (_blocked, reports) = enabled(longer_than(Duration::ZERO));
    let mut link = AsyncResource::new("link");
    for _ in 0..1_000 {
        link = AsyncResource::builder("link").trigger_async_id(link.async_id()).build();
    }
    let own = AsyncResource::builder("own").trigger_async_id(link.async_id()).build();
    call(&own, || ());
    let [end] = &ended(&reports)[..] else { panic!("it ends once") };
    assert!(end.chain().len() <= 32);
    assert!(!end.to_string().contains('\n') && end.to_string().len() < 1_000, "{end}");
}

/// Destroys a resource on another thread while its scope is open on this one.
///
/// Then the scope gets no `after`.
fn leave_a_ghost(of: AsyncResource) {
    call(&of, || thread::scope(|scope| drop(scope.spawn(|| of.emit_destroy()).join())));
}

/// A busy machine may hold the scope open for too long while the resource lives.
///
/// That report knows the resource. A report of the ghost would know its number only.
#[test]
fn a_scope_whose_resource_was_destroyed_by_another_thread_is_not_reported_as_blocking() {
    let _turn = turn();
    let (_enabled, reports) = enabled(longer_than(LIMIT));
    let ghost = AsyncResource::new("ghost");
    let ghost_id = ghost.async_id();
    leave_a_ghost(ghost);
    // Another thread blocks three times until it is reported: the watchdog has looked at this thread as often.
    let block = move || {
        for _ in 0..3 {
            let blocks = AsyncResource::new("blocks");
            let seen = call(&blocks, || wait_for_report_of(&reports, blocks.async_id()));
            let is_of_ghost = |poll: &BlockedPoll| poll.async_id() == ghost_id && poll.resource().is_none();
            assert!(!seen.iter().any(is_of_ghost), "{seen:?}");
        }
    };
    thread::spawn(block).join().expect("no ghost is reported");
}

/// All reports until a running one of this resource.
fn wait_for_report_of(reports: &Receiver<BlockedPoll>, id: AsyncId) -> Vec<BlockedPoll> {
    let mut seen = Vec::new();
    while seen.last().is_none_or(|last: &BlockedPoll| !(last.async_id() == id && last.is_running())) {
        seen.push(wait_until_reported(reports));
    }
    seen
}

#[test]
fn very_many_scopes_without_an_end_do_not_blind_the_thread() {
    let _turn = turn();
    let early = Vec::from_iter((0..40).map(|_| AsyncResource::new("early ghost")));
    let (_enabled, reports) = enabled(longer_than(LIMIT));
    early.into_iter().for_each(leave_a_ghost);
    (0..40).for_each(|_| leave_a_ghost(AsyncResource::new("ghost")));
    let blocks = AsyncResource::new("blocks");
    call(&blocks, || wait_for_report_of(&reports, blocks.async_id()));
}
