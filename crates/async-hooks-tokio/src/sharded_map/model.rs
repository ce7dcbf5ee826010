//! Tasks that end while their records are inserted, in many orders of the threads' steps.

use std::env;
use std::sync::Arc;

use super::*;

const SCHEDULES: usize = 1_000;

type Steps = Box<dyn FnOnce() + Send>;

fn explore(model: impl Fn() + Send + Sync + Clone + 'static) {
    let schedules = env::var("MODEL_SCHEDULES").ok().and_then(|number| number.parse().ok()).unwrap_or(SCHEDULES);
    shuttle::check_random(model.clone(), schedules / 2);
    shuttle::check_pct(model, schedules / 2, 3);
}

fn at_once(steps: Vec<Steps>) {
    let threads: Vec<_> = steps.into_iter().map(shuttle::thread::spawn).collect();
    threads.into_iter().for_each(|thread| assert!(thread.join().is_ok()));
}

/// Tasks of one shard.
fn task(number: u64) -> u64 {
    number << SHARD_BITS
}

fn steps(map: &Arc<ShardedMap<u64>>, steps: impl FnOnce(&ShardedMap<u64>) + Send + 'static) -> Steps {
    let map = Arc::clone(map);
    Box::new(move || steps(&map))
}

#[test]
fn a_task_that_ends_during_its_spawn_leaves_nothing() {
    explore(|| {
        let map = Arc::new(ShardedMap::new());
        let lives = (1..=2).flat_map(|number| {
            let spawn = steps(&map, move |map| {
                map.insert(task(number), number);
            });
            let end = steps(&map, move |map| {
                map.end_early(task(number));
            });
            [spawn, end]
        });
        at_once(lives.collect());
        assert_eq!((map.len(), map.early_ends()), (0, 0));
    });
}

#[test]
fn a_record_is_found_until_its_task_has_ended_and_never_after() {
    explore(|| {
        let map = Arc::new(ShardedMap::new());
        assert_eq!(map.insert(task(1), 1), None);
        let poll = steps(&map, |map| {
            let first = map.with(task(1), |record| *record);
            let second = map.change(task(1), |record| *record);
            assert!(first.is_some() || second.is_none(), "a record has come back");
        });
        let others = steps(&map, |map| {
            assert_eq!(map.insert(task(2), 2), None);
            assert_eq!(map.with(task(2), |record| *record), Some(2));
            assert_eq!(map.remove(task(2)), Some(2));
        });
        at_once(vec![poll, others, steps(&map, |map| assert_eq!(map.remove(task(1)), Some(1)))]);
        assert_eq!((map.len(), map.early_ends()), (0, 0));
    });
}
