//! How often one span has caused another, as a query has to find it.

use std::collections::BTreeMap;

use crate::span::Span;

/// How often each pair is there, in all copies.
pub(crate) fn expected(
    spans: &[Span],
    copies: usize,
    pair: impl Fn(&Span, &Span) -> Option<Vec<String>>,
) -> BTreeMap<Vec<String>, usize> {
    let mut counts = BTreeMap::new();
    for child in spans {
        let pairs = spans.iter().filter_map(|cause| pair(cause, child));
        pairs.for_each(|pair| *counts.entry(pair).or_default() += copies);
    }
    counts
}

/// Names of cause and child, and the line of the child.
pub(crate) fn by_parent(cause: &Span, child: &Span) -> Option<Vec<String>> {
    let is_it = cause.trace_id == child.trace_id && cause.span_id == child.parent_id;
    let text = |name| {
        child
            .attributes
            .get(name)
            .map_or(String::new(), |value| value.as_str().map_or(value.to_string(), str::to_owned))
    };
    let line = || format!("{}:{}", text("code.file.path"), text("code.line.number"));
    is_it.then(|| vec![cause.name.clone(), child.name.clone(), line()])
}

/// Names of cause and child, where a link leads from one to the other.
pub(crate) fn by_link(cause: &Span, child: &Span) -> Option<Vec<String>> {
    let is_it = |(trace, span): &(String, String)| *trace == cause.trace_id && *span == cause.span_id;
    child.links.iter().any(is_it).then(|| vec![cause.name.clone(), child.name.clone()])
}
