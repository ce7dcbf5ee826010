//! Starts the server of the example, with its log.

use std::io;
use std::net::SocketAddr;

use async_hooks::http::{request_id, trace_context};
use async_hooks::tracing::with_async_ids;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tracing_subscriber::fmt::format;

use crate::server;

/// The lines of the example, which nobody reads here.
pub(crate) fn log_to_nowhere() {
    let line = with_async_ids(format().compact().without_time().with_target(false))
        .with_field("request_id", request_id)
        .with_field("trace_id", || trace_context().map(|trace| trace.trace_id()))
        .with_field("user", || server::USER.get());
    tracing_subscriber::fmt().with_ansi(false).event_format(line).with_writer(io::sink).init();
}

pub(crate) async fn serve() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // A frame of a body does not wait until the client has acknowledged the one before, so the processors are busy.
    let listener = listener.tap_io(|connection| connection.set_nodelay(true).unwrap());
    tokio::spawn(async { axum::serve(listener, server::app()).await });
    address
}
