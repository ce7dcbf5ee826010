//! Whether traces that several programs have recorded are whole.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::Facts;
use crate::node_span::NodeSpan;
use crate::note::{Note, Notebook};
use crate::span::Span;

const SERVER: u64 = 1;
const CLIENT: u64 = 2;

/// Caller and callee agree on ids at each hop: Node to A, A to Node, Node to C.
pub(crate) fn hops(facts: &mut Facts, [caller, middle]: [&[NodeSpan]; 2], [a, c]: [&Notebook; 2]) {
    facts.equal("parent", "A's requests", &calls_of(caller), &ids(requests(a)));
    facts.equal("parent", "C's requests", &calls_of(middle), &ids(requests(c)));

    let calls = a.notes.iter().filter(|note| note.kind == "http::client");
    let calls = ids(calls.map(|note| (&*note.trace_id, note.text("span_id").unwrap_or_default())));
    let served = middle.iter().filter(|span| span.kind == SERVER);
    facts.equal(
        "parent",
        "Node's requests",
        &calls,
        &ids(served.clone().map(|span| (&*span.trace_id, &*span.parent_id))),
    );
    for span in served {
        facts.equal("remote, sampled", &span.name, &(true, 1), &(span.is_remote, span.flags & 1));
        facts.equal("traceparent", &span.name, &Some(&*span.parent_id), &span.traceparent.split('-').nth(2));
        facts.equal("tracestate", &span.name, &true, &span.tracestate.starts_with("ah="));
    }
}

/// The trace and the id of each call that Node has made.
fn calls_of(spans: &[NodeSpan]) -> BTreeSet<(&str, &str)> {
    ids(spans.iter().filter(|span| span.kind == CLIENT).map(|span| (&*span.trace_id, &*span.span_id)))
}

/// The trace of each request, and the span of its caller.
fn requests(notebook: &Notebook) -> impl Iterator<Item = (&str, &str)> {
    let requests = notebook.notes.iter().filter(|note| note.kind == "http::request");
    requests.map(|note: &Note| (&*note.trace_id, note.text("parent_span_id").unwrap_or_default()))
}

fn ids<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> BTreeSet<(&'a str, &'a str)> {
    pairs.collect()
}

/// Each trace has one span without a parent, and every other parent is in it.
///
/// Returns the number of spans.
pub(crate) fn traces(facts: &mut Facts, spans: &[Span], expected: usize) -> usize {
    let mut traces = BTreeMap::<&str, Vec<&Span>>::new();
    spans.iter().for_each(|span| traces.entry(&span.trace_id).or_default().push(span));
    facts.equal("number", "traces", &expected, &traces.len());
    for (trace, spans) in traces {
        let known = BTreeSet::from_iter(spans.iter().map(|span| &*span.span_id));
        facts.equal("span ids, once each", trace, &spans.len(), &known.len());
        facts.equal("first spans", trace, &1, &spans.iter().filter(|span| span.parent_id.is_empty()).count());
        let is_lost = |span: &&&Span| !span.parent_id.is_empty() && !known.contains(&*span.parent_id);
        facts.equal("lost parents", trace, &0, &spans.iter().filter(is_lost).count());
    }
    spans.len()
}
