//! Hands bodies on without their compression.

use std::io::Read as _;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use flate2::read::GzDecoder;
use tokio::net::TcpListener;

use crate::Failure;

/// Listens for traces, and hands them on to a receiver that reads bodies only as they are.
///
/// Returns where it listens.
pub(crate) async fn before(receiver: &str) -> Result<String, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let traces = format!("{receiver}/v1/traces");
    let app = Router::new().route("/v1/traces", post(hand_on)).with_state(traces);
    tokio::spawn(async { axum::serve(listener, app).await });
    Ok(url)
}

async fn hand_on(State(traces): State<String>, body: Bytes) -> StatusCode {
    let mut plain = Vec::new();
    if GzDecoder::new(&body[..]).read_to_end(&mut plain).is_err() {
        return StatusCode::BAD_REQUEST;
    }
    let send = reqwest::Client::new().post(traces).header("content-type", "application/x-protobuf").body(plain).send();
    send.await.map_or(StatusCode::BAD_GATEWAY, |answer| {
        StatusCode::from_u16(answer.status().as_u16()).unwrap_or(StatusCode::BAD_GATEWAY)
    })
}
