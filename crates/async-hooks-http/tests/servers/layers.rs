//! Other layers around ours and inside it, in every order.

use std::time::Duration;

use async_hooks_http::{RequestLayer, request_id};
use axum::body::Body;
use axum::{Router, routing::get};
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use crate::recorder::{ended, record};

#[derive(Clone, Copy, Debug)]
enum Around {
    Ours,
    Timeout,
    Trace,
    Compression,
    RequestId,
}

use Around::{Compression, Ours, RequestId, Timeout, Trace};

impl Around {
    fn wrap(self, app: Router) -> Router {
        match self {
            Ours => app.layer(RequestLayer::new()),
            Timeout => app.layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, Duration::from_secs(5))),
            Trace => app.layer(TraceLayer::new_for_http()),
            Compression => app.layer(CompressionLayer::new()),
            RequestId => app
                .layer(PropagateRequestIdLayer::x_request_id())
                .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid)),
        }
    }
}

fn orders(layers: &[Around]) -> Vec<Vec<Around>> {
    if layers.len() < 2 {
        return vec![layers.to_vec()];
    }
    let with_first = |first: usize| {
        let rest: Vec<_> =
            layers.iter().enumerate().filter(|(index, _)| *index != first).map(|(_, layer)| *layer).collect();
        orders(&rest).into_iter().map(move |order| [vec![layers[first]], order].concat())
    };
    (0..layers.len()).flat_map(with_first).collect()
}

async fn hello() -> String {
    format!("hello {} {}", request_id().unwrap(), "!".repeat(100))
}

#[tokio::test]
async fn in_every_order_the_request_has_one_id_and_resolves() {
    record();
    let orders = orders(&[Ours, Timeout, Trace, Compression, RequestId]);
    assert_eq!(orders.len(), 120);
    for (number, order) in orders.iter().enumerate() {
        let app = order.iter().fold(Router::new().route("/", get(hello)), |app, layer| layer.wrap(app));
        let id = format!("order-{number}");
        let request = Request::get("/").header("x-request-id", &id).header("accept-encoding", "gzip");
        let response = app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{order:?}");
        assert_eq!(response.headers().get_all("x-request-id").iter().collect::<Vec<_>>(), [&*id], "{order:?}");
        assert_eq!(response.headers()["content-encoding"], "gzip");
        assert!(!response.into_body().collect().await.unwrap().to_bytes().is_empty());
        assert_eq!(ended(&id).await.end(), ["init", "resolve", "destroy"], "{order:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_time_out_around_it_cancels_the_request_and_one_inside_answers_it() {
    record();
    let never = || Router::new().route("/", get(std::future::pending::<&str>));
    for (order, id, expected) in [
        ([Ours, Timeout], "timeout-outside", &["init", "destroy"][..]),
        ([Timeout, Ours], "timeout-inside", &["init", "resolve", "destroy"]),
    ] {
        let app = order.iter().fold(never(), |app, layer| layer.wrap(app));
        let request = Request::get("/").header("x-request-id", id).body(Body::empty()).unwrap();
        let response = app.oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
        drop(response);
        assert_eq!(ended(id).await.end(), expected, "{order:?}");
    }
}

#[tokio::test]
async fn two_layers_of_ours_are_two_requests_with_one_id() {
    record();
    let app = Ours.wrap(Ours.wrap(Router::new().route("/", get(hello))));
    let request = Request::get("/").header("x-request-id", "twice").body(Body::empty()).unwrap();
    let response = app.oneshot(request).await.unwrap();
    assert_eq!(response.headers().get_all("x-request-id").iter().count(), 1);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert!(body.starts_with(b"hello twice"));
}
