//! The handlers, and what stands around them.

use std::convert::Infallible;

use async_hooks::http::{RequestLayer, request_label};
use async_hooks::{AsyncLocal, AsyncResource};
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing::get};
use futures::{StreamExt as _, stream};
use tracing::info;

use crate::database::orders_of;

pub(crate) static USER: AsyncLocal<String> = AsyncLocal::new().named("user");

pub(crate) fn app() -> Router {
    Router::new()
        .route("/orders", get(orders))
        .route("/report", get(report))
        .route("/chat", get(chat))
        .layer(from_fn(authenticate))
        .layer(RequestLayer::new())
}

/// The user is part of the context from here on: for the handler, and for all that it starts.
async fn authenticate(request: Request, next: Next) -> Response {
    let token = request.headers().get("authorization").and_then(|token| token.to_str().ok());
    match token.and_then(|token| token.strip_prefix("Bearer t-")).map(str::to_owned) {
        Some(user) => {
            USER.enter_with(user);
            next.run(request).await
        }
        None => {
            info!("refused {}", request_label().unwrap_or_default());
            StatusCode::UNAUTHORIZED.into_response()
        }
    }
}

fn user() -> String {
    USER.with(|user| user.cloned().unwrap_or_default())
}

async fn orders() -> Json<Vec<u32>> {
    Json(orders_of(user()).await)
}

/// Each frame of the body is made inside the request, long after the handler has returned.
async fn report() -> Body {
    let rows = stream::iter(1..=3).then(|row| async move {
        tokio::task::yield_now().await;
        info!("row {row}");
        Ok::<_, Infallible>(Bytes::from(format!("row {row} for {}\n", user())))
    });
    Body::from_stream(rows)
}

/// The resource takes the request's values along: axum spawns with tokio's own `spawn`.
async fn chat(upgrade: WebSocketUpgrade) -> Response {
    let socket = AsyncResource::new("websocket");
    upgrade.on_upgrade(|connection| socket.scope(converse(connection)))
}

async fn converse(mut connection: WebSocket) {
    while let Some(Ok(Message::Text(text))) = connection.recv().await {
        info!("said {:?}", text.as_str());
        let answer = format!("{} said {text}", user());
        if connection.send(Message::Text(answer.into())).await.is_err() {
            return;
        }
    }
}
