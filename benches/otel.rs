//! What do OpenTelemetry's context, spans and metrics cost the program?
//!
//! What the threads of a pipeline do is apart: the last group has the time that they take for a request, while the program waits.

use std::future::{pending, ready};
use std::time::Duration;

use async_hooks::http::TraceContext;
use async_hooks::metrics::Metrics;
use async_hooks::otel::{SpanPipeline, propagate_context};
use async_hooks::recorder::FlightRecorder;
use async_hooks::{AsyncResource, FutureExt as _};
use async_hooks_benches::{Bar, Case, Polled, Question, Sample, make_and_poll_once, with_a_silent_hook};
use opentelemetry::Context;
use opentelemetry::context::FutureExt as _;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

const BARE: &str = "poll, nothing is carried along";
const POLL: &str = "poll, a hook that does nothing";
const LIFE: &str = "made and polled once, a hook that does nothing";
const RECORDED: &str = "made and polled once, recorder";
const REQUEST: &str = "a request of eight resources, recorder";

pub(crate) fn question() -> Question {
    Question::new("What do OpenTelemetry's context, spans and metrics cost?")
        .group("a poll, and OpenTelemetry's context")
        .case(Case::floor(BARE, poll))
        .case(
            Case::new("poll, propagate_context, an empty context", |sample| carried(|| poll(sample)))
                .bar(Bar::TimeOver(BARE, 60)),
        )
        .case(
            Case::new("poll, propagate_context, a context with a value", |sample| {
                carried(|| as_tenant(|| poll(sample)))
            })
            .bar(Bar::TimeOver(BARE, 60)),
        )
        .case(Case::peer("opentelemetry with_context, poll", with_context))
        .group("a poll, counted and measured")
        .case(Case::floor(POLL, |sample| with_a_silent_hook(|| poll(sample))))
        .case(Case::new("poll, metrics", |sample| measured(|| poll(sample))))
        .group("a life: made, polled once, dropped")
        .case(Case::floor(LIFE, |sample| with_a_silent_hook(|| life(sample))))
        .case(Case::new("made and polled once, metrics", |sample| measured(|| life(sample))))
        .group("a life, recorded and in a trace")
        .case(Case::floor(RECORDED, |sample| recorded(|| life(sample))))
        .case(Case::new("made and polled once, spans, in no trace", |sample| exported(|| life(sample))))
        .case(Case::new("made and polled once, spans, in a trace", |sample| {
            exported(|| TraceContext::start().run(|| life(sample)));
        }))
        .group("a request, and its spans")
        .case(Case::floor(REQUEST, |sample| recorded(|| requests(sample, || ()))).only_timed())
        .case(Case::new("a request of eight resources, and its export to nobody", requests_and_spans).only_timed())
}

#[derive(Debug)]
struct Tenant;

fn as_tenant(body: impl FnOnce()) {
    let _attached = Context::current_with_value(Tenant).attach();
    body();
}

fn carried(body: impl FnOnce()) {
    let _enabled = propagate_context().enable_scoped();
    body();
}

fn with_context(sample: &mut Sample) {
    let context = Context::current_with_value(Tenant);
    let mut polled = Polled::new(pending().with_context(context));
    sample.time(|| polled.poll());
}

fn measured(body: impl FnOnce()) {
    let _enabled = Metrics::builder().build().enable_scoped();
    body();
}

fn recorder() -> FlightRecorder {
    FlightRecorder::builder().memory(8 << 20).build()
}

fn recorded(body: impl FnOnce()) {
    let recorder = recorder();
    let _enabled = recorder.enable_scoped();
    body();
}

fn pipeline() -> SpanPipeline {
    SpanPipeline::builder(&recorder(), Nobody).root_kind("request").queue(1 << 20).build()
}

fn exported(body: impl FnOnce()) {
    let pipeline = pipeline();
    let _enabled = pipeline.enable_scoped();
    body();
}

/// Takes all spans, and does nothing with them.
#[derive(Debug)]
struct Nobody;

impl SpanExporter for Nobody {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        Ok(())
    }
}

fn poll(sample: &mut Sample) {
    let mut polled = Polled::new(pending().in_async_resource("bench"));
    sample.time(|| polled.poll());
}

fn life(sample: &mut Sample) {
    sample.time(|| make_and_poll_once(|| ready(()).in_async_resource("bench")));
}

fn requests_and_spans(sample: &mut Sample) {
    let pipeline = pipeline();
    let _enabled = pipeline.enable_scoped();
    requests(sample, || assert!(pipeline.flush(Duration::from_secs(60))));
}

/// Requests in batches, as many as a busy server has ended when its spans are exported.
const BATCH: u64 = 256;

fn requests(sample: &mut Sample, after_each_batch: impl Fn()) {
    sample.time_all(|times| {
        for at in 1..=times {
            TraceContext::start().run(|| {
                AsyncResource::new("request").run_in_async_scope(|| {
                    (0..7).for_each(|_| make_and_poll_once(|| ready(()).in_async_resource("query")));
                });
            });
            if at % BATCH == 0 || at == times {
                after_each_batch();
            }
        }
    });
}
