//! A hook that knows nothing of the recorder, and notes what happens in traces.
//!
//! It is enabled twice, before the recorder and after it. Hooks run in the order of enabling, so the time that the recorder has
//! read lies between the times of both.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_hooks::http::{request_label, trace_context};
use async_hooks::{AsyncHook, AttributeValue, Events, Hook, Resource, execution_async_id};
use serde_json::Value;

use crate::clock::now;
use crate::note::Note;

pub(crate) type Notes = Arc<Mutex<BTreeMap<u64, Note>>>;

/// Before the recorder, or after it.
pub(crate) const SIDES: [usize; 2] = [0, 1];

pub(crate) fn enable(side: usize, service: &str, notes: &Notes) {
    AsyncHook::new(Witness { side, service: service.to_owned(), notes: Arc::clone(notes) }).enable();
}

struct Witness {
    side: usize,
    service: String,
    notes: Notes,
}

impl Witness {
    fn note(&self, resource: &Resource, change: impl FnOnce(&mut Note)) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(note) = notes.get_mut(&resource.async_id().as_u64()) {
            change(note);
        }
    }
}

impl Hook for Witness {
    fn init(&self, resource: &Resource) {
        let Some(trace) = trace_context() else { return };
        if self.side == SIDES[0] {
            let note = Note {
                service: self.service.clone(),
                async_id: resource.async_id().as_u64(),
                trigger: resource.trigger_async_id().map(u64::from),
                executing: execution_async_id().as_u64(),
                kind: resource.kind().to_owned(),
                line: resource.location().line(),
                trace_id: trace.trace_id().to_string(),
                label: format!("{} {}", self.service, request_label().unwrap_or_default()),
                ..Note::default()
            };
            self.notes.lock().unwrap_or_else(PoisonError::into_inner).insert(note.async_id, note);
        }
        self.note(resource, |note| note.started[self.side] = now());
    }

    fn before(&self, resource: &Resource) {
        self.note(resource, |note| note.polls += u64::from(self.side == SIDES[1]));
    }

    fn attribute(&self, resource: &Resource, name: &'static str, value: &AttributeValue<'_>) {
        if let AttributeValue::Str(text) = value {
            self.note(resource, |note| drop(note.attributes.insert(name.to_owned(), Value::from(*text))));
        } else if let AttributeValue::U64(number) = value {
            self.note(resource, |note| drop(note.attributes.insert(name.to_owned(), Value::from(*number))));
        }
    }

    fn destroy(&self, resource: &Resource) {
        self.note(resource, |note| note.ended[self.side] = now());
    }

    fn events(&self) -> Events {
        Events::LIFECYCLE | Events::ATTRIBUTE
    }
}
