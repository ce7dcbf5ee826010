//! A hook that keeps the events of every resource, for one test binary.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use async_hooks_core::{AsyncHook, AsyncId, AttributeValue, Events, Hook, Resource};
use async_hooks_http::{request_id, request_label, trace_context};

#[derive(Clone, Default)]
pub(crate) struct Life {
    pub(crate) resource: Option<Resource>,
    pub(crate) events: Vec<&'static str>,
    pub(crate) attributes: Vec<(&'static str, String)>,
    /// What the queries answer in `init`.
    pub(crate) in_init: (Option<String>, Option<String>, Option<String>),
}

impl Life {
    /// The events without those of polls.
    pub(crate) fn end(&self) -> Vec<&'static str> {
        self.events.iter().copied().filter(|event| !matches!(*event, "before" | "after")).collect()
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().rfind(|(found, _)| *found == name).map(|(_, value)| &**value)
    }
}

static LIVES: LazyLock<Mutex<HashMap<AsyncId, Life>>> = LazyLock::new(|| {
    AsyncHook::new(Recorder).enable();
    Mutex::default()
});

struct Recorder;

/// Begins to record. Without it a resource that a test makes first is not seen.
pub(crate) fn record() {
    LazyLock::force(&LIVES);
}

#[allow(dead_code, reason = "only a binary without a server knows the ids")]
pub(crate) fn life_of(id: AsyncId) -> Life {
    LIVES.lock().unwrap().get(&id).cloned().unwrap_or_default()
}

fn note(resource: &Resource, event: &'static str) {
    LIVES.lock().unwrap().entry(resource.async_id()).or_default().events.push(event);
}

impl Hook for Recorder {
    fn init(&self, resource: &Resource) {
        note(resource, "init");
        let text = |value: Option<std::sync::Arc<str>>| value.map(|value| value.to_string());
        let trace = trace_context().map(|trace| trace.to_string());
        let mut lives = LIVES.lock().unwrap();
        let life = lives.entry(resource.async_id()).or_default();
        life.resource = Some(*resource);
        if resource.kind() == "http::request" {
            life.in_init = (text(request_label()), text(request_id()), trace);
        }
    }

    fn before(&self, resource: &Resource) {
        note(resource, "before");
    }

    fn after(&self, resource: &Resource) {
        note(resource, "after");
    }

    fn resolve(&self, resource: &Resource) {
        note(resource, "resolve");
    }

    fn destroy(&self, resource: &Resource) {
        note(resource, "destroy");
    }

    fn attribute(&self, resource: &Resource, name: &'static str, value: &AttributeValue<'_>) {
        let value = match value {
            AttributeValue::Str(text) => (*text).to_owned(),
            AttributeValue::U64(number) => number.to_string(),
            other => format!("{other:?}"),
        };
        LIVES.lock().unwrap().entry(resource.async_id()).or_default().attributes.push((name, value));
    }

    fn events(&self) -> Events {
        Events::LIFECYCLE | Events::ATTRIBUTE
    }
}

/// The life of the request with this id, once it has ended.
#[allow(dead_code, reason = "only a binary with a real server waits")]
pub(crate) async fn ended(request_id: &str) -> Life {
    let is_it = |life: &&Life| life.in_init.1.as_deref() == Some(request_id) && life.events.ends_with(&["destroy"]);
    for _ in 0..PATIENCE {
        if let Some(life) = LIVES.lock().unwrap().values().find(is_it) {
            return life.clone();
        }
        tokio::task::yield_now().await;
    }
    unreachable!("{request_id} has not ended")
}

/// Turns of the runtime, each a few microseconds at least.
#[allow(dead_code, reason = "only a binary with a real server waits")]
const PATIENCE: usize = 1_000_000;
