//! The line that tokio itself notes for a task is the caller's.

#![cfg(tokio_unstable)]
#![allow(clippy::unwrap_used, reason = "a test that meets the impossible may stop there")]

use std::sync::{Arc, Mutex};

use async_hooks_tokio::{HandleExt as _, JoinSet, spawn};
use tokio::runtime::{Builder, Handle};

#[test]
fn tokio_sees_the_line_of_the_spawn() {
    for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let journal = Arc::clone(&lines);
        let note = move |task: &tokio::runtime::TaskMeta<'_>| {
            let place = task.spawned_at();
            journal.lock().unwrap().push((place.file().to_owned(), place.line()));
        };
        let runtime = builder.worker_threads(2).on_task_spawn(note).build().unwrap();
        let expected = runtime.block_on(async {
            let mut set = JoinSet::new();
            let (_, first) = (spawn(async {}), line!());
            let (_, second) = (Handle::current().spawn_tracked(async {}), line!());
            let (_, third) = (set.spawn(async {}), line!());
            let (_, fourth) = (set.spawn_on(async {}, &Handle::current()), line!());
            let (_, fifth) = (set.extend([async {}]), line!());
            [first, second, third, fourth, fifth]
        });
        let (sixth, line) = (runtime.spawn_tracked(async {}), line!());
        runtime.block_on(sixth).unwrap();
        let expected = expected.into_iter().chain([line]).map(|line| (file!().to_owned(), line));
        assert!(lines.lock().unwrap().iter().cloned().eq(expected), "{lines:?}");
    }
}
