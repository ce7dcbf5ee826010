//! A server in which every line of the program knows its request.
//!
//! `RequestLayer` makes each request a resource. Its id, its trace and its user reach the deepest function without a parameter, and
//! every log line has them. The program is its own client, and checks what comes back.
//!
//! Node: an Express server with `AsyncLocalStorage`, `pino-http` and an OpenTelemetry instrumentation.

mod client;
mod database;
mod server;

use std::error::Error;

use async_hooks::http::{request_id, trace_context};
use async_hooks::tracing::with_async_ids;
use tokio::net::TcpListener;
use tracing_subscriber::fmt::format;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let line = with_async_ids(format().compact().without_time().with_target(false))
        .with_field("request_id", request_id)
        .with_field("trace_id", || trace_context().map(|trace| trace.trace_id()))
        .with_field("user", || server::USER.get());
    tracing_subscriber::fmt().event_format(line).init();

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async { axum::serve(listener, server::app()).await });
    client::ask(address).await
}
