//! A service in a process of its own, which exports its spans and notes what they have to be.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_hooks::http::{RequestLayer, request_label};
use async_hooks::otel::SpanPipeline;
use async_hooks::recorder::FlightRecorder;
use axum::{Router, routing::get};
use opentelemetry_sdk::Resource;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

use crate::Failure;
use crate::exporter::exporter;
use crate::note::Notebook;
use crate::shop::{Shop, order};
use crate::witness::{self, Notes, SIDES};

/// Serves until its input ends, and then prints its notes.
///
/// # Errors
///
/// When it cannot listen, or has no exporter.
pub(crate) async fn run(name: String, next: String) -> Result<(), Failure> {
    let notes = Notes::default();
    let label = name.clone();
    let label = move || request_label().map(|request| format!("{label} {request}"));
    let recorder = FlightRecorder::builder().memory(64 << 20).label_with(label).build();
    let resource = Resource::builder().with_service_name(name.clone()).build();
    let pipeline = SpanPipeline::builder(&recorder, exporter()?).resource(resource).build();
    witness::enable(SIDES[0], &name, &notes);
    pipeline.enable();
    witness::enable(SIDES[1], &name, &notes);

    let client = reqwest::Client::builder().no_proxy().build()?;
    let shop = Arc::new(Shop { name, next, client, connection: Mutex::default() });
    let app = Router::new().route("/orders/{number}", get(order)).layer(RequestLayer::new());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    let served = axum::serve(listener, app.with_state(Arc::clone(&shop)));
    served.with_graceful_shutdown(end_of_input()).await?;

    shop.close();
    let is_whole = pipeline.shutdown(Duration::from_secs(10));
    let (stats, notes) = (pipeline.stats(), std::mem::take(&mut *notes.lock().unwrap_or_else(PoisonError::into_inner)));
    let notebook = Notebook {
        notes: notes.into_values().collect(),
        exported: stats.exported(),
        dropped: stats.dropped() + u64::from(!is_whole),
        sampled_out: stats.sampled_out(),
    };
    println!("{}", serde_json::to_string(&notebook)?);
    Ok(())
}

/// Waits until there is nothing more to read.
pub(crate) async fn end_of_input() {
    let _ = tokio::io::stdin().read_to_end(&mut Vec::new()).await;
}
