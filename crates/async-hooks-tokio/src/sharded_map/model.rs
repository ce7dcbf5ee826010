//! Tasks that end while their records are inserted, in many orders of the threads' steps.

use std::sync::Arc;

use async_hooks_explorer::{Steps, at_once, explore};

use super::*;

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
        let spawn = |number| {
            steps(&map, move |map| {
                map.insert(task(number), number);
            })
        };
        let end = |number| {
            steps(&map, move |map| {
                map.end_early(task(number));
            })
        };
        at_once([spawn(1), end(1), spawn(2), end(2)]);
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
        at_once([poll, others, steps(&map, |map| assert_eq!(map.remove(task(1)), Some(1)))]);
        assert_eq!((map.len(), map.early_ends()), (0, 0));
    });
}
