//! What of a run is kept as a fixture of the tests.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::span::Span;

/// The lines about the first four orders, the last of which fails.
pub(crate) fn of_first_orders(lines: &[String], spans: &[Span]) -> String {
    let paths = [0, 1, 2, 3].map(|number| Value::from(format!("/orders/{number}")));
    let is_first = |span: &&Span| span.attributes.get("url.path").is_some_and(|path| paths.contains(path));
    let traces = BTreeSet::from_iter(spans.iter().filter(is_first).map(|span| &*span.trace_id));
    let kept = lines.iter().zip(spans).filter(|(_, span)| traces.contains(&*span.trace_id));
    kept.map(|(line, _)| format!("{line}\n")).collect()
}
