//! The rings are bounded, shared by all threads, and say what they have lost.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use async_hooks_core::AsyncResource;
use async_hooks_recorder::FlightRecorder;

const SMALL: usize = 64 << 10;

/// One test at a time: the events of another one would overwrite those that a test looks for.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn the_newest_events_overwrite_the_oldest_and_the_interval_says_from_where_on_all_are_there() {
    let _alone = alone();
    let recorder = FlightRecorder::builder().memory(SMALL).build();
    recorder.enable();
    let old = AsyncResource::new("old");
    let ids = Vec::from_iter((0..50_000).map(|_| AsyncResource::new("short").async_id()));
    let recording = recorder.recording();
    let interval = recording.interval();

    assert!(recording.lifetime(old.async_id()).is_some(), "who lives is never forgotten");
    let known = Vec::from_iter(ids.iter().map(|id| recording.lifetime(*id).is_some()));
    let first = known.iter().position(|known| *known).unwrap();
    assert!(first > 10_000 && known[first..].iter().all(|known| *known), "the oldest are gone, and only they");
    assert!(recording.gaps().iter().all(|gap| gap.interval().end() <= interval.start()));
    let gone: u64 = recording.gaps().iter().filter_map(|gap| gap.events()).sum();
    assert_eq!(gone, recording.overwritten());
    let stats = recorder.stats();
    assert!(stats.bytes() <= SMALL && stats.overwritten() >= 2 * first as u64 && stats.lost() == 0, "{stats:?}");
}

#[test]
fn very_many_short_threads_share_the_memory_and_what_they_wrote_stays_until_it_is_old() {
    let _alone = alone();
    let recorder = FlightRecorder::builder().memory(1 << 20).build();
    recorder.enable();
    let work = || AsyncResource::new("work").run_in_async_scope(|| ());
    let ids = Vec::from_iter((0..2_000).map(|_| {
        let spawned = thread::spawn(move || {
            let resource = AsyncResource::new("work");
            resource.run_in_async_scope(work);
            resource.async_id()
        });
        spawned.join().unwrap()
    }));
    let recording = recorder.recording();
    assert!(ids.iter().all(|id| recording.lifetime(*id).is_some_and(|life| life.polls().len() == 1)));
    assert!(recorder.stats().bytes() <= 1 << 20);
}

#[test]
fn more_threads_than_chunks_lose_events_and_count_them() {
    let _alone = alone();
    let recorder = FlightRecorder::builder().memory(SMALL).build();
    recorder.enable();
    let barrier = std::sync::Barrier::new(200);
    thread::scope(|scope| {
        for _ in 0..200 {
            scope.spawn(|| {
                AsyncResource::new("work").run_in_async_scope(|| ());
                barrier.wait();
            });
        }
    });
    let stats = recorder.stats();
    assert!(stats.lost() > 0 && stats.bytes() <= SMALL, "{stats:?}");
    assert!(recorder.recording().lost() >= stats.lost());
}

#[test]
fn a_thread_that_ends_writes_what_its_destructors_do() {
    use std::cell::RefCell;
    thread_local! {
        static KEPT: RefCell<Option<AsyncResource>> = const { RefCell::new(None) };
    }
    let _alone = alone();
    let recorder = FlightRecorder::builder().build();
    recorder.enable();
    let spawned = thread::spawn(|| {
        // Initialised before anything is recorded on this thread, and so dropped after what recording needs.
        KEPT.with(|kept| kept.replace(None));
        let resource = AsyncResource::new("kept");
        let id = resource.async_id();
        KEPT.with(|kept| kept.replace(Some(resource)));
        id
    });
    let id = spawned.join().unwrap();
    assert!(recorder.recording().lifetime(id).unwrap().end().is_some());
}

#[test]
fn recordings_are_made_while_threads_write_and_miss_nothing_of_their_interval() {
    let _alone = alone();
    let recorder = FlightRecorder::builder().memory(1 << 20).build();
    recorder.enable();
    thread::scope(|scope| {
        let writers = Vec::from_iter((0..2).map(|_| {
            scope.spawn(|| {
                for _ in 0..20_000 {
                    let parent = AsyncResource::new("parent");
                    drop(parent.run_in_async_scope(|| AsyncResource::new("child")));
                }
            })
        }));
        while !writers.iter().all(|writer| writer.is_finished()) {
            let recording = recorder.recording();
            let from = recording.interval().start();
            for child in recording.lifetimes().filter(|life| life.kind() == "child" && life.start() > Some(from)) {
                let parent = recording.lifetime(child.trigger_async_id().unwrap());
                let parent = parent.unwrap_or_else(|| panic!("{child:?} in {:?}", recording.interval()));
                let is_inside = |poll: &async_hooks_recorder::PollRecord| {
                    poll.start() <= child.start().unwrap() && child.start().unwrap() <= poll.end()
                };
                assert!(parent.polls().iter().any(is_inside), "{parent:?} {child:?}");
            }
        }
    });
}

#[test]
fn a_recorder_that_is_enabled_again_and_again_holds_the_memory_of_one_period() {
    let _alone = alone();
    let recorder = FlightRecorder::builder().memory(SMALL).build();
    let job = AsyncResource::new("job");
    let bytes = [(); 2].map(|()| {
        allocation_counter::measure(|| {
            for _ in 0..200 {
                let _enabled = recorder.enable_scoped();
                job.run_in_async_scope(|| ());
            }
        })
        .bytes_current
    });
    assert!(bytes[1] < SMALL as i64 / 4, "{bytes:?}");
}
