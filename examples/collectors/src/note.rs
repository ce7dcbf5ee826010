//! What a service has noted of a resource, and how its span has to look.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Notes of one resource, by a hook that is no part of the recorder.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Note {
    pub(crate) service: String,
    pub(crate) async_id: u64,
    pub(crate) trigger: Option<u64>,
    /// What executed when it was created.
    pub(crate) executing: u64,
    pub(crate) kind: String,
    pub(crate) line: u32,
    pub(crate) trace_id: String,
    pub(crate) label: String,
    /// Unix nanoseconds, directly before the recorder and directly after it.
    pub(crate) started: [u64; 2],
    /// The same; zeros for a resource that is alive.
    pub(crate) ended: [u64; 2],
    pub(crate) polls: u64,
    /// The last value of each name.
    pub(crate) attributes: BTreeMap<String, Value>,
}

/// What a service says when it ends.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Notebook {
    pub(crate) notes: Vec<Note>,
    pub(crate) exported: u64,
    pub(crate) dropped: u64,
    pub(crate) sampled_out: u64,
}

/// Attributes that make a span what it is, and are not in its list.
const STRUCTURAL: [&str; 6] = ["trace_id", "span_id", "parent_span_id", "trace_flags", "link", "injected_span_id"];

impl Note {
    pub(crate) fn text(&self, attribute: &str) -> Option<&str> {
        self.attributes.get(attribute)?.as_str()
    }

    /// The name of its span: of requests and calls the method.
    pub(crate) fn span_name(&self) -> &str {
        self.text("http.request.method").unwrap_or(&self.kind)
    }

    /// The number that OTLP has for the kind of its span.
    pub(crate) fn span_kind(&self) -> u64 {
        match &*self.kind {
            "http::request" => 2,
            "http::client" => 3,
            _ => 1,
        }
    }

    /// What its span has to have besides figures.
    pub(crate) fn span_attributes(&self) -> BTreeMap<String, Value> {
        let set = self.attributes.iter().filter(|(name, _)| !STRUCTURAL.contains(&name.as_str()));
        let mut attributes = BTreeMap::from_iter(set.map(|(name, value)| (name.clone(), value.clone())));
        attributes.insert("async_hooks.async_id".to_owned(), self.async_id.into());
        attributes.insert("async_hooks.kind".to_owned(), self.kind.clone().into());
        attributes.insert("async_hooks.polls".to_owned(), self.polls.into());
        attributes.insert("async_hooks.label".to_owned(), self.label.clone().into());
        attributes.insert("code.line.number".to_owned(), self.line.into());
        attributes
    }

    /// The text of its span's status: of failures only.
    pub(crate) fn status(&self) -> String {
        let code = self.attributes.get("http.response.status_code").and_then(Value::as_u64);
        code.filter(|code| *code >= 500).map(|code| code.to_string()).unwrap_or_default()
    }
}
