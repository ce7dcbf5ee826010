//! A program of known causes.
//!
//! What is recorded, what its critical paths say, and that a file holds the same.

use std::time::Duration;

use async_hooks_core::{AsyncId, AsyncResource, FutureExt as _, set_attribute};
use async_hooks_recorder::{CriticalPath, FlightRecorder, Recording, State, WaitingFor};
use futures::channel::oneshot;
use futures::executor::LocalPool;
use futures::task::LocalSpawnExt as _;

/// Keeps the thread for a while.
fn work(time: Duration) {
    let start = std::time::Instant::now();
    while start.elapsed() < time {}
}

const MILLISECOND: Duration = Duration::from_millis(1);

struct Ids {
    request: AsyncId,
    query: AsyncId,
    lazy: AsyncId,
}

/// A request that waits for a query, which waits until another task lets it go on.
///
/// All on one thread.
fn run() -> (Recording, Ids) {
    let recorder = FlightRecorder::builder().build();
    recorder.enable();
    let mut pool = LocalPool::new();
    let (answer, answered) = oneshot::channel::<u32>();
    let (go, gone) = oneshot::channel::<()>();
    let request = AsyncResource::new("request");
    let (query, lazy) = request.run_in_async_scope(|| (AsyncResource::new("query"), AsyncResource::new("lazy")));
    let ids = Ids { request: request.async_id(), query: query.async_id(), lazy: lazy.async_id() };
    let spawner = pool.spawner();
    let request = request.scope(async {
        work(MILLISECOND);
        set_attribute("answer", answered.await.unwrap());
    });
    let query = query.scope(async {
        gone.await.unwrap();
        work(2 * MILLISECOND);
        answer.send(42).unwrap();
    });
    let blocker = async {
        work(3 * MILLISECOND);
        go.send(()).unwrap();
    };
    spawner.spawn_local(request).unwrap();
    spawner.spawn_local(query).unwrap();
    spawner.spawn_local(blocker.in_async_resource("blocker")).unwrap();
    pool.run();
    drop(lazy);
    (recorder.recording(), ids)
}

fn assert_adds_up(path: &CriticalPath) {
    let sum: Duration = path.segments().iter().map(|segment| segment.duration()).sum();
    assert_eq!(sum, path.duration());
    assert!(path.segments().iter().all(|segment| segment.duration() > Duration::ZERO));
    let follow = |pair: &[async_hooks_recorder::Segment]| pair[0].start() + pair[0].duration() == pair[1].start();
    assert!(path.segments().windows(2).all(follow));
}

#[test]
fn a_critical_path_says_for_whom_a_request_waited_and_adds_up_to_its_life() {
    let (recording, ids) = run();
    let path = recording.critical_path(ids.request);
    assert_adds_up(&path);
    let is_for_query = |state: &State| match state {
        State::Waiting { for_whom, woken_by, .. } => {
            *for_whom == WaitingFor::Resource(ids.query) && *woken_by == Some(ids.query)
        }
        _ => false,
    };
    let wait = path.segments().iter().find(|segment| is_for_query(segment.state())).unwrap();
    assert!(wait.duration() >= 5 * MILLISECOND, "{path}");
    let is_running = |state: &State| matches!(state, State::Running { .. });
    assert!(is_running(path.segments().last().unwrap().state()) || path.segments().len() > 3, "{path}");
    assert!(
        wait.meanwhile().iter().any(|segment| is_running(segment.state()) && segment.duration() >= 2 * MILLISECOND)
    );
    let text = path.to_string();
    assert!(text.contains("waiting for query") && text.contains("running on "), "{text}");

    let never_polled = recording.critical_path(ids.lazy);
    assert_adds_up(&never_polled);
    assert_eq!(Vec::from_iter(never_polled.segments().iter().map(|it| it.state())), [&State::Queued]);
    let unknown = recording.critical_path(AsyncId::from_u64(u64::MAX).unwrap());
    assert!(unknown.segments().is_empty() && unknown.duration() == Duration::ZERO);
}

#[test]
fn a_file_holds_the_recording_compressed_or_not() {
    let (recording, ids) = run();
    let mut plain = Vec::new();
    recording.write(&mut plain).unwrap();
    assert_eq!(Recording::read(&plain[..]).unwrap(), recording);

    let path = std::env::temp_dir().join(format!("async-hooks-recorder-{}.pftrace.gz", std::process::id()));
    recording.save(&path).unwrap();
    let reopened = Recording::open(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(reopened, recording);
    assert_eq!(reopened.critical_path(ids.request).to_string(), recording.critical_path(ids.request).to_string());
    assert_eq!(
        reopened.at(recording.interval().end()).to_string(),
        recording.at(recording.interval().end()).to_string()
    );
}

#[test]
fn the_request_and_its_descendants_are_slow_in_their_order() {
    let (recording, ids) = run();
    let tree = Vec::from_iter(recording.descendants(ids.request).map(|life| life.async_id()));
    assert_eq!(tree, [ids.request, ids.query, ids.lazy]);
    let request = recording.lifetime(ids.request).unwrap();
    assert!(request.is_resolved() && request.attributes().len() == 1);
    assert_eq!(recording.slowest("request", 1).len(), 1);
    let longest = request.polls().iter().max_by_key(|poll| poll.duration()).unwrap();
    let moment = recording.at(longest.start() + longest.duration() / 2);
    assert!(moment.running().any(|(_, life)| life.async_id() == ids.request));
    assert!(moment.alive().any(|life| life.async_id() == ids.query));
}
