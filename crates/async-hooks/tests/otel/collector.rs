//! Spans are as those that a collector has received from services in three processes.
//!
//! `oteltap` has printed `fixtures/oteltap.ndjson`. `cargo xtask prove collectors oteltap` writes such a file if
//! `COLLECTORS_RECORD_OTELTAP` names it. Here the same services are in one process.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::convert::Infallible;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_hooks::http::{ClientLayer, RequestLayer, inject, request_label};
use async_hooks::otel::SpanPipeline;
use async_hooks::recorder::FlightRecorder;
use async_hooks::{AsyncLocal, AsyncResource, FutureExt as _, set_attribute};
use axum::http::{Request, Response, StatusCode};
use opentelemetry::Value;
use opentelemetry::trace::{SpanKind, Status};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SpanData};
use tokio::sync::{mpsc, oneshot};
use tower::{Layer as _, ServiceExt as _};

use crate::runtimes::{both, serve_alone};

const RECEIVED: &str = include_str!("fixtures/oteltap.ndjson");

/// Whose label a resource has.
static SERVICE: AsyncLocal<&str> = AsyncLocal::new();

/// Takes a request, and where to send the status of its answer.
type Service = mpsc::Sender<(Request<String>, oneshot::Sender<StatusCode>)>;

async fn called(service: Service, request: Request<String>) -> Result<StatusCode, Infallible> {
    let (reply, answer) = oneshot::channel();
    service.send((request, reply)).await.unwrap();
    Ok(answer.await.unwrap())
}

/// Starts the service of this name, which calls the next one.
///
/// As in a process of its own, what calls it is not its trigger.
fn start(name: &'static str, next: Option<Service>) -> Service {
    let (service, mut requests) = mpsc::channel::<(Request<String>, oneshot::Sender<StatusCode>)>(1);
    let connection = Arc::<OnceLock<AsyncResource>>::default();
    let handler = move |request| order(name, request, Arc::clone(&connection), next.clone());
    let traced = RequestLayer::new().layer(tower::service_fn(handler));
    tokio::spawn(async move {
        while let Some((request, reply)) = requests.recv().await {
            let answer = SERVICE.scope(name, traced.clone().oneshot(request)).await.unwrap();
            reply.send(answer.status()).unwrap();
        }
    });
    service
}

/// What `examples/collectors/src/shop.rs` does.
async fn order(
    name: &'static str,
    request: Request<String>,
    connection: Arc<OnceLock<AsyncResource>>,
    next: Option<Service>,
) -> Result<Response<String>, Infallible> {
    let number = request.uri().path().rsplit('/').next().unwrap().parse::<u32>().unwrap();
    let rows = async_hooks::tokio::spawn(query(number)).await.unwrap();
    async_hooks::tokio::spawn_blocking(move || rows).await.unwrap();
    let connection = connection.get_or_init(|| AsyncResource::new("connection"));
    drop(AsyncResource::builder("statement").trigger_async_id(connection.async_id()).build());
    let mut call = Request::get(request.uri()).body(String::new()).unwrap();
    let code = match next {
        None if number % 10 == 3 => StatusCode::SERVICE_UNAVAILABLE,
        None => StatusCode::OK,
        Some(next) if name == "A" => {
            let send = tower::service_fn(move |request| called(next.clone(), request));
            ClientLayer::new().layer(send).oneshot(call).await?
        }
        Some(next) => {
            let attempt = async {
                inject(call.headers_mut());
                called(next, call).await
            };
            attempt.in_async_resource("attempt").await?
        }
    };
    Ok(Response::builder().status(code).body(String::new()).unwrap())
}

async fn query(number: u32) -> u32 {
    tokio::task::yield_now().await;
    AsyncResource::new("db::query").run_in_async_scope(|| set_attribute("db.rows", number));
    number
}

/// A span, without what differs from run to run.
struct Shape {
    id: String,
    parent: String,
    name: String,
    kind: u64,
    attributes: BTreeMap<String, String>,
    links: Vec<String>,
    status: String,
}

/// Their values depend on ids, times, the file and the transport.
const VOLATILE: [&str; 5] =
    ["async_hooks.async_id", "async_hooks.busy_ns", "async_hooks.queue_ns", "code.file.path", "code.line.number"];

impl Shape {
    fn exported(span: &SpanData) -> Shape {
        let id = |id: opentelemetry::SpanId| {
            if id == opentelemetry::SpanId::INVALID { String::new() } else { id.to_string() }
        };
        let attribute = |attribute: &opentelemetry::KeyValue| match &attribute.value {
            Value::String(text) => (attribute.key.to_string(), text.to_string()),
            other => (attribute.key.to_string(), other.to_string()),
        };
        Shape {
            id: id(span.span_context.span_id()),
            parent: id(span.parent_span_id),
            name: span.name.to_string(),
            kind: if span.span_kind == SpanKind::Server {
                2
            } else {
                1 + 2 * u64::from(span.span_kind == SpanKind::Client)
            },
            attributes: span.attributes.iter().map(attribute).collect(),
            links: span.links.iter().map(|link| id(link.span_context.span_id())).collect(),
            status: if let Status::Error { description } = &span.status {
                description.to_string()
            } else {
                String::new()
            },
        }
    }

    fn received(line: &str) -> Shape {
        let span: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let attribute = |attribute: &serde_json::Value| {
            let value = attribute["value"].as_object().unwrap().values().next().unwrap();
            (text(&attribute["key"]), value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        };
        Shape {
            id: text(&span["spanId"]),
            parent: text(&span["parentSpanId"]),
            name: text(&span["name"]),
            kind: span["kind"].as_u64().unwrap(),
            attributes: span["attributes"].as_array().unwrap().iter().map(attribute).collect(),
            links: span["links"].as_array().unwrap().iter().map(|link| text(&link["spanId"])).collect(),
            status: text(&span["status"]["message"]),
        }
    }
}

/// One text for each span: its ancestors and itself, and all that can be compared.
fn texts(shapes: &[Shape]) -> BTreeSet<String> {
    let by_id = HashMap::<&str, &Shape>::from_iter(shapes.iter().map(|shape| (&*shape.id, shape)));
    let path = |id: &str| {
        let mut path = Vec::new();
        let mut next = by_id.get(id);
        while let Some(shape) = next {
            let label = shape.attributes.get("async_hooks.label").map_or("", |label| label);
            path.push(format!("{} ({label})", shape.name));
            next = by_id.get(&*shape.parent);
        }
        path.reverse();
        path.join(" > ")
    };
    let text = |shape: &Shape| {
        // What waits for an answer is polled as often as the transport likes.
        let waits = |name: &str| name == "async_hooks.polls" && ["GET", "attempt"].contains(&&*shape.name);
        let value = |(name, value): (&String, &String)| match VOLATILE.contains(&&**name) || waits(name) {
            true => name.clone(),
            false => format!("{name}={value}"),
        };
        // What outlives its request may have begun before all that the last batch has read.
        let attributes = shape.attributes.iter().filter(|(name, _)| *name != "async_hooks.incomplete");
        let attributes = Vec::from_iter(attributes.map(value)).join(" ");
        let links = Vec::from_iter(shape.links.iter().map(|link| path(link))).join(", ");
        format!("{} | {} | {attributes} | {links} | {}", path(&shape.id), shape.kind, shape.status)
    };
    shapes.iter().map(text).collect()
}

#[test]
fn spans_of_three_services_are_those_that_a_collector_has_received() {
    let _alone = serve_alone();
    let received = texts(&Vec::from_iter(RECEIVED.lines().map(Shape::received)));
    for runtime in both() {
        let exporter = InMemorySpanExporter::default();
        let label = || Some(format!("{} {}", SERVICE.get()?, request_label()?));
        let recorder = FlightRecorder::builder().label_with(label).build();
        let pipeline = SpanPipeline::builder(&recorder, exporter.clone()).build();
        let _enabled = pipeline.enable_scoped();
        runtime.block_on(async {
            let first = start("A", Some(start("B", Some(start("C", None)))));
            for number in 0..4 {
                let order = Request::get(format!("/orders/{number}")).body(String::new()).unwrap();
                let expected = if number == 3 { 503 } else { 200 };
                assert_eq!(called(first.clone(), order).await.unwrap(), expected);
            }
        });
        drop(runtime);
        assert!(pipeline.flush(Duration::from_secs(20)));
        let exported = texts(&Vec::from_iter(exporter.get_finished_spans().unwrap().iter().map(Shape::exported)));
        assert_eq!(exported.difference(&received).collect::<Vec<_>>(), [""; 0], "not received");
        assert_eq!(received.difference(&exported).collect::<Vec<_>>(), [""; 0], "not exported");
    }
}
