//! A recording agrees with a hook that only takes notes, and so does the file.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_hooks::recorder::{FlightRecorder, Lifetime, Recording};
use async_hooks::{AsyncHook, AsyncId, Events, Hook, Resource, execution_async_id};
use tokio::runtime::Builder;
use tokio::task::yield_now;

/// What an independent hook knows of one resource.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
struct Noted {
    trigger: Option<AsyncId>,
    kind: String,
    place: String,
    polls: usize,
    wakes: Vec<AsyncId>,
    is_resolved: bool,
    has_ended: bool,
}

#[derive(Default)]
struct Notes(Mutex<BTreeMap<AsyncId, Noted>>);

impl Notes {
    fn note(&self, resource: &Resource, note: impl FnOnce(&mut Noted)) {
        note(self.0.lock().unwrap().entry(resource.async_id()).or_default());
    }
}

impl Hook for Notes {
    fn init(&self, resource: &Resource) {
        self.note(resource, |noted| {
            noted.trigger = resource.trigger_async_id();
            noted.kind = resource.kind().to_owned();
            noted.place = resource.location().to_string();
        });
    }

    fn before(&self, resource: &Resource) {
        self.note(resource, |noted| noted.polls += 1);
    }

    fn resolve(&self, resource: &Resource) {
        self.note(resource, |noted| noted.is_resolved = true);
    }

    fn destroy(&self, resource: &Resource) {
        self.note(resource, |noted| noted.has_ended = true);
    }

    fn wake(&self, resource: &Resource, by: &Resource) {
        self.note(resource, |noted| noted.wakes.push(by.async_id()));
    }

    fn events(&self) -> Events {
        Events::ALL
    }
}

fn noted(life: &Lifetime) -> Noted {
    let mut wakes = Vec::from_iter(life.wakes().iter().map(|wake| wake.by()));
    wakes.sort();
    Noted {
        trigger: life.trigger_async_id(),
        kind: life.kind().to_owned(),
        place: format!("{}:{}:{}", life.file(), life.line(), life.column()),
        polls: life.polls().len(),
        wakes,
        is_resolved: life.is_resolved(),
        has_ended: life.end().is_some(),
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
    let notes = Arc::new(Notes::default());
    let recorder = FlightRecorder::builder().build();
    recorder.enable();
    let hook = AsyncHook::new(Arc::clone(&notes));
    hook.enable();
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let root = runtime.block_on(async {
        let tree = async_hooks::tokio::task("tree").spawn(async {
            spawn_tree(4).await.unwrap();
            execution_async_id()
        });
        tree.await.unwrap()
    });
    drop(runtime);
    let recording = recorder.recording();
    hook.disable();
    let notes = notes.0.lock().unwrap().clone();

    let mut file = Vec::new();
    recording.write(&mut file).unwrap();
    for recording in [recording, Recording::read(&file[..]).unwrap()] {
        let mut compared = 0;
        for life in recording.descendants(root) {
            let mut expected = notes[&life.async_id()].clone();
            expected.wakes.sort();
            assert_eq!(noted(life), expected);
            compared += 1;
        }
        let below = |noted: &Noted| noted.trigger.is_some() && noted.place.contains("agreement.rs");
        assert_eq!(compared, notes.values().filter(|noted| below(noted)).count());
    }
}
