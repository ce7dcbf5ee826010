//! A hook that only takes notes: what it knows of each resource is what a recording must say.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_hooks::recorder::{FlightRecorder, Lifetime, Recording};
use async_hooks::{AsyncHook, AsyncId, Events, Hook, Resource};

/// What an independent hook knows of one resource.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Noted {
    trigger: Option<AsyncId>,
    kind: String,
    place: String,
    polls: usize,
    wakes: Vec<AsyncId>,
    is_resolved: bool,
    has_ended: bool,
}

/// What it knows of all.
pub(crate) type AllNoted = BTreeMap<AsyncId, Noted>;

#[derive(Default)]
struct Notes(Mutex<AllNoted>);

impl Notes {
    /// Notes something of a resource whose `init` was seen.
    fn note(&self, resource: &Resource, note: impl FnOnce(&mut Noted)) {
        if let Some(noted) = self.0.lock().unwrap().get_mut(&resource.async_id()) {
            note(noted);
        }
    }
}

impl Hook for Notes {
    fn init(&self, resource: &Resource) {
        let noted = Noted {
            trigger: resource.trigger_async_id(),
            kind: resource.kind().to_owned(),
            place: resource.location().to_string(),
            ..Noted::default()
        };
        self.0.lock().unwrap().insert(resource.async_id(), noted);
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

/// One program at a time: recorders and hooks see all that runs.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Records a program that leaves nothing running, and takes notes of it.
pub(crate) fn record_and_note<R>(program: impl FnOnce() -> R) -> (Recording, AllNoted, R) {
    let _alone = alone();
    let notes = Arc::new(Notes::default());
    let (recorder, hook) = (FlightRecorder::builder().build(), AsyncHook::new(Arc::clone(&notes)));
    recorder.enable();
    hook.enable();
    let result = program();
    let recording = recorder.recording();
    hook.disable();
    let mut noted = notes.0.lock().unwrap().clone();
    noted.values_mut().for_each(|noted| noted.wakes.sort());
    (recording, noted, result)
}

/// What a recording says of a resource.
pub(crate) fn noted(life: &Lifetime) -> Noted {
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
