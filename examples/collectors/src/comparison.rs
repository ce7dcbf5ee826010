//! Compares what a collector has received with what the services have noted.

use std::collections::HashMap;

use serde_json::Value;

use crate::expected::{Notes, Parent};
use crate::facts::Facts;
use crate::note::{Note, Notebook};
use crate::span::{Keeps, Span};
use crate::verdict::Finding;

struct Comparison<'a> {
    by_resource: HashMap<(String, u64), &'a Span>,
    by_id: HashMap<&'a str, &'a Span>,
    keeps: Keeps,
    facts: Facts,
}

/// Everything is compared, both ways: no span is missing, and none is too much.
pub(crate) fn compared(notebooks: &[Notebook], spans: &[Span], keeps: Keeps) -> Finding {
    let mut comparison = Comparison {
        by_resource: spans.iter().filter_map(|span| Some((span.of_resource()?, span))).collect(),
        by_id: spans.iter().map(|span| (&*span.span_id, span)).collect(),
        keeps,
        facts: Facts::default(),
    };
    for notebook in notebooks {
        let notes = Notes::new(&notebook.notes);
        notebook.notes.iter().for_each(|note| comparison.compare(note, &notes));
    }
    let all = notebooks.iter().flat_map(|notebook| &notebook.notes);
    let expected: usize = all.map(|note| 1 + usize::from(note.text("injected_span_id").is_some())).sum();
    comparison.facts.equal("number of spans", "all", &expected, &spans.len());
    let traces = spans.iter().filter(|span| span.parent_id.is_empty()).count();
    let links: usize = spans.iter().map(|span| span.links.len()).sum();
    comparison.facts.finding(&format!("{} spans and {links} links of {traces} traces through 3 services", spans.len()))
}

impl Comparison<'_> {
    fn compare(&mut self, note: &Note, notes: &Notes<'_>) {
        let who = format!("{} {} {}", note.service, note.kind, note.async_id);
        let Some(&span) = self.by_resource.get(&(note.service.clone(), note.async_id)) else {
            return self.facts.equal("span", &who, &"there", &"missing");
        };
        let parent = match notes.parent(note) {
            Parent::None => String::new(),
            Parent::Remote(id) => id,
            Parent::Local(id) => self.span_id(&note.service, id),
        };
        self.facts.equal("parent", &who, &parent, &span.parent_id);
        self.facts.equal("trace", &who, &note.trace_id, &span.trace_id);
        self.facts.equal("name", &who, &note.span_name(), &&*span.name);
        self.facts.equal("status", &who, &note.status(), &span.status);
        self.facts.time("start", &who, note.started, span.start);
        self.facts.time("end", &who, note.ended, span.end);
        if let Some(own) = note.text("span_id") {
            self.facts.equal("id", &who, &own, &&*span.span_id);
        }
        for (name, value) in note.span_attributes() {
            self.facts.equal(&name, &who, &value, span.attributes.get(&name).unwrap_or(&Value::Null));
        }
        if self.keeps.kinds_and_links {
            let link = notes.link(note).map(|link| (link.trace_id.clone(), self.span_id(&note.service, link.async_id)));
            self.facts.equal("links", &who, &Vec::from_iter(link), &span.links);
            self.facts.equal("kind", &who, &note.span_kind(), &span.kind);
        }
        if let Some(injected) = note.text("injected_span_id") {
            let call = self.by_id.get(injected).map(|call| (call.parent_id.clone(), call.trace_id.clone()));
            self.facts.equal("bare call", &who, &Some((span.span_id.clone(), note.trace_id.clone())), &call);
        }
    }

    fn span_id(&self, service: &str, id: u64) -> String {
        let span = self.by_resource.get(&(service.to_owned(), id));
        span.map_or_else(|| format!("none of {id}"), |span| span.span_id.clone())
    }
}
