//! A recording agrees with a hook that only takes notes, and so does the file.

use std::time::Duration;

use async_hooks::execution_async_id;
use async_hooks::recorder::{Recording, Segment};
use proptest::prelude::*;
use tokio::runtime::Builder;
use tokio::task::yield_now;

use crate::interpret;
use crate::notes::{AllNoted, noted, record_and_note};
use crate::program::program;
use crate::world::{Tasks, Threads};

/// A recording, and what is read from the file that it writes.
fn with_file(recording: Recording) -> [Recording; 2] {
    let mut file = Vec::new();
    recording.write(&mut file).unwrap();
    let read = Recording::read(&file[..]).unwrap();
    assert_eq!(read, recording);
    [recording, read]
}

/// Every resource is as it was noted, and what it did fills its life.
fn assert_as_noted(recording: &Recording, all: &AllNoted) {
    for (id, expected) in all {
        let life = recording.lifetime(*id).unwrap_or_else(|| panic!("{id} is missing: {expected:?}"));
        assert_eq!(noted(life), *expected, "{id}");
        let path = recording.critical_path(*id);
        assert_eq!(path.segments().iter().map(Segment::duration).sum::<Duration>(), path.duration(), "{path}");
        let is_in_life = |at| life.start() <= Some(at) && life.end().is_none_or(|end| at <= end);
        assert!(life.polls().iter().all(|poll| is_in_life(poll.start()) && is_in_life(poll.end())), "{life:?}");
        let trigger = life.trigger_async_id().and_then(|trigger| recording.lifetime(trigger));
        assert!(trigger.is_none_or(|trigger| trigger.start() <= life.start()), "{life:?}");
    }
}

/// Spawns, joins, aborts, panics and blocking jobs, level below level.
fn spawn_tree(depth: u32) -> tokio::task::JoinHandle<()> {
    async_hooks::tokio::spawn(async move {
        yield_now().await;
        let blocking = async_hooks::tokio::spawn_blocking(execution_async_id);
        let children = Vec::from_iter((0..depth).map(|_| spawn_tree(depth - 1)));
        if depth == 2 {
            children[0].abort();
            let panicking = async_hooks::tokio::spawn(async { std::panic::resume_unwind(Box::new("on purpose")) });
            assert!(panicking.await.unwrap_err().is_panic());
        }
        for child in children {
            let _ = child.await;
        }
        blocking.await.unwrap();
    })
}

#[test]
fn recordings_of_tasks_agree_with_an_independent_hook_on_everything() {
    let (recording, all, root) = record_and_note(|| {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let tree = async_hooks::tokio::task("tree").spawn(async {
                spawn_tree(4).await.unwrap();
                execution_async_id()
            });
            tree.await.unwrap()
        })
    });
    for recording in with_file(recording) {
        assert_as_noted(&recording, &all);
        assert_eq!(recording.descendants(root).len(), all.len());
    }
}

fn config() -> ProptestConfig {
    let cases = std::env::var("RECORDED_PROGRAMS").ok().and_then(|cases| cases.parse().ok()).unwrap_or(300);
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

proptest! {
    #![proptest_config(config())]
    #[test]
    fn recordings_of_random_programs_agree_with_it_too(program in program(), two_workers in any::<bool>()) {
        let threads = if two_workers { Threads::TwoWorkers } else { Threads::One };
        let (recording, all, _) = record_and_note(|| interpret::outcome(&program, Tasks::Wrapped, threads));
        for recording in with_file(recording) {
            assert_as_noted(&recording, &all);
        }
    }
}
