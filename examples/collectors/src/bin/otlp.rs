//! A server, its tasks and its client export their spans to a collector.
//!
//! `OTEL_EXPORTER_OTLP_ENDPOINT` names it.
//!
//! ```text
//! trace b5b7ce1ce81cbc1a2f6f1e1a1a1f5b2e: 9 spans exported, 0 dropped
//! ```
//!
//! Over HTTP, or over gRPC with `OTEL_EXPORTER_OTLP_PROTOCOL=grpc`. Where no collector listens, the spans are dropped and counted.
//!
//! Node: `@opentelemetry/sdk-node` with `instrumentation-http`.

use std::error::Error;
use std::time::Duration;

use async_hooks::http::{ClientLayer, RequestLayer, TraceContext};
use async_hooks::otel::{SpanPipeline, TailSampler, propagate_context};
use async_hooks::recorder::FlightRecorder;
use async_hooks::{AsyncResource, set_attribute};
use axum::http::Request;
use axum::{Router, extract::Path, routing::get};
use opentelemetry_sdk::Resource;
use tokio::net::TcpListener;
use tower::{Layer as _, ServiceExt as _};

/// Each order is looked up by a task, and printed by a job.
async fn order(Path(number): Path<u32>) -> String {
    let rows = async_hooks::tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(5)).await;
        AsyncResource::new("db::query").run_in_async_scope(|| set_attribute("db.rows", number));
        number
    });
    let rows = rows.await.unwrap_or_default();
    async_hooks::tokio::spawn_blocking(move || format!("{rows} rows")).await.unwrap_or_default()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    propagate_context().enable();
    let recorder = FlightRecorder::builder().build();
    let pipeline = SpanPipeline::builder(&recorder, opentelemetry_otlp::SpanExporter::builder().build()?)
        .keep(TailSampler::slower_than(Duration::from_millis(1)).or(TailSampler::failed()))
        .resource(Resource::builder().with_service_name("orders").build())
        .root_kind("clock")
        .build();
    pipeline.enable();

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/orders/21", listener.local_addr()?);
    let app = Router::new().route("/orders/{number}", get(order)).layer(RequestLayer::new());
    tokio::spawn(async { axum::serve(listener, app).await });

    // A job that a clock has started: its calls, and what they cause, are one trace.
    let client = reqwest::Client::builder().no_proxy().build()?;
    let send = tower::service_fn(move |request: Request<reqwest::Body>| {
        let client = client.clone();
        async move { client.execute(request.try_into()?).await }
    });
    let trace = TraceContext::start();
    let calls = async {
        let request = || Request::get(&url).body(reqwest::Body::default());
        for _ in 0..2 {
            let answer = ClientLayer::new().layer(send.clone()).oneshot(request()?).await?;
            assert_eq!(answer.text().await?, "21 rows");
        }
        Ok::<_, Box<dyn Error>>(())
    };
    trace.scope(AsyncResource::new("clock").scope(calls)).await?;

    pipeline.shutdown(Duration::from_secs(10));
    let stats = pipeline.stats();
    println!("trace {}: {} spans exported, {} dropped", trace.trace_id(), stats.exported(), stats.dropped());
    assert_eq!(stats.exported() + stats.dropped(), 1 + 2 * 5);
    Ok(())
}
