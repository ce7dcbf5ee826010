//! What do the headers of a trace cost?
//!
//! The map that is read has no other header, and the map that is written has room for what comes.

use std::hint::black_box;

use async_hooks::http::{TraceContext, inject};
use async_hooks_benches::{Bar, Case, Question};
use http::{HeaderMap, HeaderValue};

pub(crate) fn question() -> Question {
    Question::new("What do the headers of a trace cost?")
        .group("read")
        .case(reading(FOUND, &[("traceparent", "00")]))
        .case(reading("traceparent", &[("traceparent", TRACEPARENT)]).bar(Bar::InstructionsOver(FOUND, 150)))
        .case(
            reading("a traceparent that is wrong at its end", &[("traceparent", WRONG)])
                .bar(Bar::InstructionsOver(FOUND, 150)),
        )
        .case(reading("traceparent and our own tracestate", &[("traceparent", TRACEPARENT), ("tracestate", OURS)]))
        .case(reading("traceparent and tracestate", &[("traceparent", TRACEPARENT), ("tracestate", TRACESTATE)]))
        .group("written")
        .case(Case::floor("two values that are there, into a map", |sample| {
            let (traceparent, tracestate) =
                (HeaderValue::from_static(TRACEPARENT), HeaderValue::from_static(TRACESTATE));
            let mut headers = HeaderMap::with_capacity(8);
            sample.time(|| {
                headers.insert("traceparent", black_box(traceparent.clone()));
                headers.insert("tracestate", black_box(tracestate.clone()));
            });
        }))
        .case(Case::new("inject, in a trace", |sample| {
            let mut headers = HeaderMap::with_capacity(8);
            TraceContext::start().run(|| sample.time(|| inject(black_box(&mut headers))));
        }))
}

/// What finding a header costs, and nothing of reading it.
const FOUND: &str = "a traceparent that is too short";
const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const WRONG: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0X";
const OURS: &str = "ah=26fe586590c36b59-2a";
const TRACESTATE: &str = "ah=26fe586590c36b59-2a,vendor=00f067aa0ba902b7";

fn reading(name: &'static str, headers: &'static [(&str, &str)]) -> Case {
    Case::new(name, move |sample| {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, HeaderValue::from_static(value));
        }
        sample.time(|| TraceContext::from_headers(black_box(&map)));
    })
}
